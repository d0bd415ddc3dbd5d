# What the standard library is made of.  A new file is one line here.

# Pure bodies: compiled as native code and as bitcode.  No static or thread-local state, no library calls (externs.def).
set(STDLIB_BODIES
  agg_bits.c
  agg_count.c
  agg_extreme.c
  agg_sum_decimal.c
  agg_sum_float.c
  agg_sum_int.c
  agg_wrappers.c
  wrappers.c
  fn_arith.c
  fn_cast.c
  fn_compare.c
  fn_decimal.c
  fn_float.c
  fn_string.c
  fn_temporal.c
  fn_temporal_unit.c
  fn_like.c
  fn_window.c
  fn_source.c
)

# Compiled to bitcode here, natively in their own folders: what generated code does to keys, state and lookup tables.
set(STDLIB_RUNTIME_BODIES
  runtime/abi/key_calls.c
  runtime/state/state_hot.c
  runtime/exec/lookup_calls.c
  runtime/format/csv_fast.c
  runtime/format/json_fast.c
)

# Native only: what bodies call through externs.def, and the tables.
set(STDLIB_NATIVE
  agg_bag.c
  agg_bytes.c
  agg_decay.c
  agg_carried.c
  agg_many.c
  agg_registry.c
  agg_round.c
  agg_sketch.c
  agg_subtract.c
  agg_topk.c
  agg_user.c
  agg_variance.c
  agg_wide.c
  bag.c
  bitcode.c
  fn_bag.c
  externs.c
  fn_cast_text.c
  fn_support.c
  fn_temporal_text.c
  digest.c
  examples.c
  fn_collection.c
  fn_collection_set.c
  fn_unnest.c
  fn_hash.c
  fn_json.c
  fn_json_build.c
  fn_pattern.c
  fn_sketch.c
  fn_printf.c
  fn_string_encode.c
  fn_string_letters.c
  fn_string_net.c
  fn_string_url.c
  json_path.c
  json_print.c
  like.c
  regex_java.c
  regex_re2.cpp
  regex_similar.c
  registry.c
  sketch_dd.c
  sketch_hll.c
  sketch_theta.c
  sketch_topk.c
  wrappers_boxed.c
)

# Folders and packages that the native files use.
set(STDLIB_USES runtime/base runtime/abi runtime/state runtime/time runtime/format)
set(STDLIB_PACKAGES pkg_re2 pkg_utf8proc pkg_xxhash)
