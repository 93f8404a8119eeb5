# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` lays down, and the packages that find_package() and
# pkg-config find. Component runtime: the shared libraries of the C ABI; dev:
# headers and static libraries; tools: the command.
include(CMakePackageConfigHelpers)

set(parcelveil_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/parcelveil)
set(parcelveil_pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# The targets a caller may name, as parcelveil::<component>. A .pc file that
# lists its static libraries' needs under Requires works without --static.
set(parcelveil_components)
function(parcelveil_component name description requires)
  set(target parcelveil_${name})
  set(pc_name parcelveil-${name})
  if(name STREQUAL parcelveil)
    set(target parcelveil)
    set(pc_name parcelveil)
  endif()
  if(NOT TARGET ${target})
    return()
  endif()
  install(TARGETS ${target} EXPORT parcelveilTargets
    ARCHIVE COMPONENT dev
    LIBRARY COMPONENT runtime NAMELINK_COMPONENT dev
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
  get_target_property(library ${target} OUTPUT_NAME)
  if(NOT library)
    set(library ${target})
  endif()
  file(RELATIVE_PATH prefix /${parcelveil_pkgconfig_dir} /)
  configure_file(${PROJECT_SOURCE_DIR}/src/cmake/pkgconfig.pc.in
    ${PROJECT_BINARY_DIR}/pkgconfig/${pc_name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${pc_name}.pc
    DESTINATION ${parcelveil_pkgconfig_dir} COMPONENT dev)
  set(parcelveil_components ${parcelveil_components} ${name} PARENT_SCOPE)
endfunction()

parcelveil_component(device "What a handheld links"
  "absl_status absl_statusor absl_strings absl_time absl_span libsodium libutf8proc")
parcelveil_component(parcelveil "Seal, open, view, index, reveal"
  "parcelveil-device absl_flat_hash_map absl_synchronization protobuf")
parcelveil_component(sqlite "Databases and gates on SQLite"
  "parcelveil absl_flat_hash_set sqlite3")
parcelveil_component(postgres "Databases and gates on PostgreSQL"
  "parcelveil libpq")
set(parcelveil_migrate_needs parcelveil-sqlite)
if(PARCELVEIL_POSTGRES)
  string(APPEND parcelveil_migrate_needs " parcelveil-postgres")
endif()
parcelveil_component(migrate "Wrap a table" "${parcelveil_migrate_needs}")
parcelveil_component(local_gate "A gate in a folder" parcelveil-sqlite)
parcelveil_component(c "The C ABI" "")
parcelveil_component(c_device "The C ABI of a handheld" "")

install(EXPORT parcelveilTargets NAMESPACE parcelveil::
  DESTINATION ${parcelveil_package_dir} COMPONENT dev)
if(TARGET parcelveil_cli)
  install(TARGETS parcelveil_cli COMPONENT tools)
endif()

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
  DESTINATION ${parcelveil_package_dir} COMPONENT dev)

if(NOT PARCELVEIL_DEVICE_ONLY)
  # Callers import annotations.proto and sealed_record.proto into their own; the
  # code that protoc makes of that includes these headers. The other messages
  # are configuration and files of ours.
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto/parcelveil/v1
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parcelveil COMPONENT dev
    FILES_MATCHING PATTERN "*.proto")
  install(FILES
    ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/annotations.pb.h
    ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/schema.pb.h
    ${PROJECT_BINARY_DIR}/proto/parcelveil/v1/sealed_record.pb.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/parcelveil/v1 COMPONENT dev)
endif()
# Each package has its licence in the folder of its name (packages.cmake).
set(parcelveil_runtime_package libparcelveil-c0)
set(parcelveil_dev_package libparcelveil-dev)
set(parcelveil_tools_package parcelveil)
foreach(component runtime dev tools)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE COMPONENT ${component}
    DESTINATION
      ${CMAKE_INSTALL_DATAROOTDIR}/doc/${parcelveil_${component}_package})
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/proto/parcelveil/v1/SPEC.md COMPONENT dev
  DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/${parcelveil_dev_package})

if(PROJECT_IS_TOP_LEVEL AND NOT PARCELVEIL_DEVICE_ONLY)
  include(${CMAKE_CURRENT_LIST_DIR}/packages.cmake)
endif()
