# SPDX-License-Identifier: Apache-2.0
# Packs an Android archive from what was built:
#
#   cmake -DVERSION=0.1.0 -DCLASSES=parcelveil.jar -DOUT=parcelveil.aar
#     "-DLIBRARIES=arm64-v8a=a/libx.so;armeabi-v7a=b/libx.so" -P aar.cmake
#
# An app finds jni/<abi>/*.so and the classes by themselves; consumer rules keep
# what native code calls by name.
foreach(needed VERSION CLASSES LIBRARIES OUT)
  if(NOT ${needed})
    message(FATAL_ERROR "aar.cmake: -D${needed}= is missing")
  endif()
endforeach()
get_filename_component(out ${OUT} ABSOLUTE)
set(folder ${out}.dir)
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})

file(WRITE ${folder}/AndroidManifest.xml
  "<manifest xmlns:android=\"http://schemas.android.com/apk/res/android\"\n"
  "    package=\"io.parcelveil\" android:versionName=\"${VERSION}\">\n"
  "  <uses-sdk android:minSdkVersion=\"23\" />\n"
  "</manifest>\n")
file(WRITE ${folder}/proguard.txt
  "-keep class io.parcelveil.** { *; }\n")
file(WRITE ${folder}/R.txt "")
configure_file(${CLASSES} ${folder}/classes.jar COPYONLY)
foreach(library ${LIBRARIES})
  string(REGEX MATCH "^([^=]+)=(.+)$" _ ${library})
  set(abi ${CMAKE_MATCH_1})
  set(path ${CMAKE_MATCH_2})
  if(NOT abi MATCHES "^(arm64-v8a|armeabi-v7a|x86_64|x86)$")
    message(FATAL_ERROR "aar.cmake: ${abi} is no Android processor")
  endif()
  file(COPY ${path} DESTINATION ${folder}/jni/${abi} FOLLOW_SYMLINK_CHAIN)
endforeach()
execute_process(COMMAND ${CMAKE_COMMAND} -E tar cf ${out} --format=zip --
  AndroidManifest.xml R.txt classes.jar jni proguard.txt
  WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${folder})
