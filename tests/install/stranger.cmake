# SPDX-License-Identifier: Apache-2.0
# Packs BUILD_DIR, unpacks the packages into an empty root, and builds and runs
# a stranger's C++ and C programs against what lies there: cmake -D... -P
# stranger.cmake. Where there is no dpkg, what `cmake --install` lays down.
file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH})
set(source ${CMAKE_CURRENT_LIST_DIR}/stranger)

find_program(DPKG dpkg)
if(DPKG)
  execute_process(COMMAND ${CMAKE_CPACK_COMMAND}
    --config ${BUILD_DIR}/CPackConfig.cmake -B ${SCRATCH}/packages
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(GLOB packages ${SCRATCH}/packages/*.deb)
  list(LENGTH packages count)
  if(NOT count EQUAL 3)
    message(FATAL_ERROR "not runtime, dev and tools: ${packages}")
  endif()
  foreach(package ${packages})
    execute_process(COMMAND ${DPKG} -x ${package} ${SCRATCH}/unpacked
      COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  # The C ABI brings its libraries in itself, and runs with glibc 2.35.
  file(GLOB runtime ${SCRATCH}/packages/libparcelveil-c0_*.deb)
  execute_process(COMMAND dpkg-deb -f ${runtime} Depends
    OUTPUT_VARIABLE depends COMMAND_ERROR_IS_FATAL ANY)
  if(NOT depends MATCHES "^libc6 \\(>= 2\\.3[0-5]\\)(, libgcc-s1[^,]*)?\n$")
    message(SEND_ERROR "libparcelveil-c0 depends on ${depends}")
  endif()
  # What they depend on is what this system has: nothing else was built with.
  execute_process(COMMAND apt-get -s install ${packages}
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(status OR NOT output MATCHES "Inst libparcelveil-dev" OR
      output MATCHES "Inst [a-z0-9+.-]*(absl|protobuf|sodium|utf8proc|sqlite)")
    message(FATAL_ERROR "the packages' Depends do not hold:\n${output}")
  endif()
  set(prefix ${SCRATCH}/unpacked/usr)
else()
  set(prefix ${SCRATCH}/prefix)
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR}
    --prefix ${prefix} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()

file(GLOB headers RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/include/parcelveil/*.h)
foreach(header ${headers})
  if(NOT EXISTS ${prefix}/${header})
    message(SEND_ERROR "${header} is not installed: no FILE_SET lists it")
  endif()
endforeach()
# A package that names the tree it came from works on no other machine.
file(GLOB_RECURSE package ${prefix}/*.cmake ${prefix}/*.pc)
foreach(file ${package})
  file(READ ${file} text)
  if(text MATCHES "${SOURCE_DIR}")
    message(SEND_ERROR "${file} names ${SOURCE_DIR}")
  endif()
endforeach()
# vcpkg's list of what is needed belongs to this version.
file(READ ${SOURCE_DIR}/src/cmake/vcpkg/vcpkg.json vcpkg)
string(JSON version GET ${vcpkg} version)
if(NOT version STREQUAL VERSION)
  message(SEND_ERROR "vcpkg.json is of ${version}, not ${VERSION}")
endif()

# run(<expected output> <command>...)
function(run expected)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output
    COMMAND_ERROR_IS_FATAL ANY)
  if(NOT output STREQUAL expected)
    message(FATAL_ERROR "${ARGN} printed: ${output}")
  endif()
endfunction()

# build(<source> <build folder>)
function(build from to)
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${from} -B ${to} -G Ninja
    --no-warn-unused-cli
    -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${prefix}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${to}
    COMMAND_ERROR_IS_FATAL ANY)
endfunction()

build(${source} ${SCRATCH}/build)
execute_process(COMMAND ${prefix}/bin/parcelveil keyring init
  --keyring ${SCRATCH}/kr OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
run("48 bytes\n141****5678\n" ${SCRATCH}/build/stranger ${SCRATCH}/kr)

build(${source}/c ${SCRATCH}/build_c)
run("141****5678\n" ${SCRATCH}/build_c/mask)

# The same by pkg-config, without CMake; the C++ packages' flags are whole, too.
set(ENV{PKG_CONFIG_PATH} ${prefix}/lib/pkgconfig)
execute_process(COMMAND pkg-config --cflags --libs parcelveil-c
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE
  COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND ${flags})
execute_process(COMMAND cc -std=c99 -Wall -Wextra -Wpedantic -Werror
  ${source}/c/mask.c -o ${SCRATCH}/mask ${flags} COMMAND_ERROR_IS_FATAL ANY)
set(ENV{LD_LIBRARY_PATH} ${prefix}/lib)
run("141****5678\n" ${SCRATCH}/mask)
execute_process(COMMAND pkg-config --print-errors --libs parcelveil-device
  parcelveil parcelveil-sqlite parcelveil-c_device
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
