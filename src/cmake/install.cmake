# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down, and the package that find_package() finds.
include(CMakePackageConfigHelpers)

set(parcelveil_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/parcelveil)

set(parcelveil_libraries parcelveil_device parcelveil)
if(PARCELVEIL_SQLITE)
  list(APPEND parcelveil_libraries
    parcelveil_sqlite parcelveil_local_gate parcelveil_migrate)
endif()
if(PARCELVEIL_POSTGRES)
  list(APPEND parcelveil_libraries parcelveil_postgres)
endif()
install(TARGETS ${parcelveil_libraries} EXPORT parcelveilTargets
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET parcelveil_cli)
  install(TARGETS parcelveil_cli)
endif()
install(EXPORT parcelveilTargets NAMESPACE parcelveil::
  DESTINATION ${parcelveil_package_dir})

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/parcelveilConfig.cmake.in
  ${PROJECT_BINARY_DIR}/parcelveilConfig.cmake
  INSTALL_DESTINATION ${parcelveil_package_dir}
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
# Before 1.0 a minor version may change the API.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/parcelveilConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/parcelveilConfig.cmake
  ${PROJECT_BINARY_DIR}/parcelveilConfigVersion.cmake
  DESTINATION ${parcelveil_package_dir})

# Callers import annotations.proto and sealed_record.proto into their own; the
# code that protoc makes of that includes these headers. The other messages are
# configuration and files of ours.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto/parcelveil/v1
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parcelveil
  FILES_MATCHING PATTERN "*.proto")
install(FILES
  ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/annotations.pb.h
  ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/schema.pb.h
  ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/sealed_record.pb.h
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parcelveil/v1)
install(FILES
  ${PROJECT_SOURCE_DIR}/LICENSE
  ${PROJECT_SOURCE_DIR}/proto/parcelveil/v1/SPEC.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
