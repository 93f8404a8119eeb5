# SPDX-License-Identifier: Apache-2.0
# Installs BUILD_DIR into SCRATCH, then builds and runs the stranger's project
# against what was installed: cmake -D... -P stranger.cmake
set(prefix ${SCRATCH}/prefix)
set(source ${CMAKE_CURRENT_LIST_DIR}/stranger)
file(REMOVE_RECURSE ${SCRATCH})

execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR}
  --prefix ${prefix} OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

file(GLOB headers RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/include/parcelveil/*.h)
foreach(header ${headers})
  if(NOT EXISTS ${prefix}/${header})
    message(SEND_ERROR "${header} is not installed: no FILE_SET lists it")
  endif()
endforeach()
# A package that names the tree it came from works on no other machine.
file(GLOB_RECURSE package ${prefix}/*.cmake)
foreach(file ${package})
  file(READ ${file} text)
  if(text MATCHES "${SOURCE_DIR}")
    message(SEND_ERROR "${file} names ${SOURCE_DIR}")
  endif()
endforeach()

execute_process(COMMAND ${CMAKE_COMMAND} -S ${source} -B ${SCRATCH}/build
  -G Ninja -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_PREFIX_PATH=${prefix}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH}/build
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${prefix}/bin/parcelveil keyring init
  --keyring ${SCRATCH}/kr OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${SCRATCH}/build/stranger ${SCRATCH}/kr
  OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output STREQUAL "48 bytes\n141****5678\n")
  message(FATAL_ERROR "the stranger's program printed: ${output}")
endif()
