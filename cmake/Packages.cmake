# Outside packages, each behind one interface target.  NOTICE lists the same ones; a test compares.
find_package(PkgConfig REQUIRED)

add_library(sqc_flags INTERFACE)
target_compile_options(sqc_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror -ffp-contract=off -fno-strict-aliasing
  -ffunction-sections -fdata-sections
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<COMPILE_LANG_AND_ID:C,Clang>:-Wno-string-conversion>) # assert(!"what went wrong") is meant
target_compile_definitions(sqc_flags INTERFACE _GNU_SOURCE)
target_link_options(sqc_flags INTERFACE -Wl,--gc-sections)

# pkg(name header library): a library without a pkg-config file, or one that is linked statically
function(sqc_package name library)
  add_library(${name} INTERFACE)
  find_library(${name}_LIBRARY NAMES ${library} REQUIRED)
  target_link_libraries(${name} INTERFACE ${${name}_LIBRARY})
endfunction()

# Only tests need it: without it the folder of tests is left out, and everything else builds.
add_library(pkg_cmocka INTERFACE)
find_library(pkg_cmocka_LIBRARY NAMES cmocka)
if(pkg_cmocka_LIBRARY)
  target_link_libraries(pkg_cmocka INTERFACE ${pkg_cmocka_LIBRARY})
endif()
sqc_package(pkg_zstd libzstd.a)
sqc_package(pkg_zlib libz.a)
sqc_package(pkg_utf8proc libutf8proc.a)
sqc_package(pkg_sqlite libsqlite3.a)
sqc_package(pkg_jansson libjansson.a)
sqc_package(pkg_lz4 liblz4.a)
sqc_package(pkg_crypto libcrypto.a)
sqc_package(pkg_ssl libssl.a)
target_link_libraries(pkg_ssl INTERFACE pkg_crypto)
# Only Kerberos needs it, which loads more of itself at run time: shared.
sqc_package(pkg_sasl libsasl2.so)
# An imported library, so that what it needs is linked behind it, whoever else needs that too.
find_library(pkg_rdkafka_LIBRARY NAMES librdkafka.a REQUIRED)
add_library(rdkafka_archive STATIC IMPORTED GLOBAL)
set_target_properties(rdkafka_archive PROPERTIES IMPORTED_LOCATION ${pkg_rdkafka_LIBRARY}
  INTERFACE_LINK_LIBRARIES "pkg_ssl;pkg_sasl;pkg_lz4;pkg_zstd;pkg_zlib;pthread;dl")
add_library(pkg_rdkafka INTERFACE)
target_link_libraries(pkg_rdkafka INTERFACE rdkafka_archive)
sqc_package(pkg_re2 libre2.a)
target_link_libraries(pkg_re2 INTERFACE stdc++ pthread)
target_link_libraries(pkg_sqlite INTERFACE dl pthread)

# Headers only, used by one file.
add_library(pkg_tomlplusplus INTERFACE)

# XXH3 is compiled into the file that includes it (XXH_INLINE_ALL): no library.
add_library(pkg_xxhash INTERFACE)

find_program(SQC_LLVM_CONFIG NAMES llvm-config-19 REQUIRED)
find_program(SQC_LLVM_NM NAMES llvm-nm-19 REQUIRED)
find_program(SQC_CLANG NAMES clang-19 REQUIRED)
execute_process(COMMAND ${SQC_LLVM_CONFIG} --includedir OUTPUT_VARIABLE llvm_include OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${SQC_LLVM_CONFIG} --libdir OUTPUT_VARIABLE llvm_libdir OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${SQC_LLVM_CONFIG} --link-static --libs native orcjit passes bitreader bitwriter linker ipo
  OUTPUT_VARIABLE llvm_libs OUTPUT_STRIP_TRAILING_WHITESPACE)
execute_process(COMMAND ${SQC_LLVM_CONFIG} --link-static --system-libs
  OUTPUT_VARIABLE llvm_system OUTPUT_STRIP_TRAILING_WHITESPACE)
separate_arguments(llvm_libs)
separate_arguments(llvm_system)
list(REMOVE_ITEM llvm_system -lxml2 -ltinfo -ledit)
add_library(pkg_llvm INTERFACE)
target_include_directories(pkg_llvm SYSTEM INTERFACE ${llvm_include})
target_link_libraries(pkg_llvm INTERFACE -L${llvm_libdir} ${llvm_libs} ${llvm_system} stdc++ dl pthread)
