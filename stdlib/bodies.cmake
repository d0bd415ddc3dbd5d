# What the standard library is made of.  A new file is one line here.

# Pure bodies: compiled as native code and as bitcode.  No static or thread-local state, no library calls (externs.def).
set(STDLIB_BODIES
  wrappers.c
  fn_arith.c
  fn_string.c
  fn_like.c
  fn_window.c
)

# Compiled to bitcode here, natively in their own folders: what generated code does to keys, state and lookup tables.
set(STDLIB_RUNTIME_BODIES
  runtime/abi/key_calls.c
  runtime/state/state_hot.c
  runtime/exec/lookup_calls.c
)

# Native only: what bodies call through externs.def, and the tables.
set(STDLIB_NATIVE
  bitcode.c
  externs.c
  fn_support.c
  fn_pattern.c
  fn_string_encode.c
  fn_string_letters.c
  fn_string_url.c
  like.c
  regex_java.c
  regex_re2.cpp
  regex_similar.c
  registry.c
  wrappers_boxed.c
)

# Folders and packages that the native files use.
set(STDLIB_USES runtime/base runtime/abi runtime/time)
set(STDLIB_PACKAGES pkg_re2 pkg_utf8proc pkg_xxhash)
