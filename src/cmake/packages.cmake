# SPDX-License-Identifier: Apache-2.0
# `cpack` in a build folder makes three Debian packages.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME parcelveil)
set(CPACK_PACKAGE_VENDOR parcelveil)
set(CPACK_PACKAGE_CONTACT "the parcelveil authors <parcelveil@example.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Seals and masks couriers' waybill data")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev tools)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
  "The shared libraries of the C ABI, which need nothing but libc.")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "Headers, static libraries and message definitions.")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION "The command parcelveil.")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${parcelveil_runtime_package})
set(CPACK_DEBIAN_DEV_PACKAGE_NAME ${parcelveil_dev_package})
set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME ${parcelveil_tools_package})
# dpkg-shlibdeps reads what binaries need; a static library's need is known here.
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "${parcelveil_runtime_package} (= ${PROJECT_VERSION}), pkg-config, libabsl-dev (>= 20220623), libprotobuf-dev (>= 3.21), libsodium-dev (>= 1.0.18), libutf8proc-dev (>= 2.8)")
if(PARCELVEIL_SQLITE)
  string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", libsqlite3-dev (>= 3.40)")
endif()
if(PARCELVEIL_POSTGRES)
  string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", libpq-dev (>= 15)")
endif()
set(CPACK_DEBIAN_DEV_PACKAGE_SUGGESTS parcelveil)
include(CPack)
