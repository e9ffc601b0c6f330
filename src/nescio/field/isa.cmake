# Gives <stem>_avx2.cc, <stem>_avx512.cc and <stem>_avx512ifma.cc of this folder the flags of their instruction set. On
# other processors these files are empty.
function(nescio_isa_sources stem)
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    return()
  endif()
  # gcc 12 warns of its own intrinsics' undefined operands.
  set(quiet "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-uninitialized>")
  set(avx512 ${quiet} -mavx512f -mavx512dq -mavx512bw -mavx512vl)
  set_source_files_properties(${stem}_avx2.cc PROPERTIES COMPILE_OPTIONS "-mavx2")
  set_source_files_properties(${stem}_avx512.cc PROPERTIES COMPILE_OPTIONS "${avx512}")
  set_source_files_properties(${stem}_avx512ifma.cc PROPERTIES COMPILE_OPTIONS "${avx512};-mavx512ifma")
endfunction()
