# The Debian package: cpack -G DEB --config build/release/CPackConfig.cmake, or ./test package, which tries it too.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME taskqueue-exporter)
set(CPACK_PACKAGE_CONTACT "The taskqueue_exporter authors <maintainers@taskqueue-exporter.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporter for task lists of Tencent Cloud and Alibaba Cloud")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION 
"Exports the task lists of Tencent Cloud MPS, VOD and Batch and of Alibaba
Cloud ECS. Tasks are read in the background within a share of each API's
rate limit and counted exactly once; a scrape is answered from memory.
Grafana dashboards and Prometheus rules are in /usr/share/taskqueue_exporter.")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
  WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL debian)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)

# The libraries' names and versions are a Debian release's own, so each has a package of its own.
cmake_host_system_information(RESULT release QUERY DISTRIB_VERSION_ID)
set(CPACK_DEBIAN_PACKAGE_VERSION ${PROJECT_VERSION}+deb${release})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, init-system-helpers (>= 1.52)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, redis-server")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(name postinst prerm postrm conffiles)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/${name})
endforeach()

# A folder with what is written for the package, compressed as Debian wants it.
set(pages ${CMAKE_BINARY_DIR}/debian)
string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${CMAKE_CURRENT_LIST_DIR}/changelog.in ${pages}/changelog @ONLY)
function(compressed from to)
  execute_process(COMMAND gzip -9nc ${from} OUTPUT_FILE ${pages}/${to} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
endfunction()
compressed(${pages}/changelog changelog.gz)
compressed(${CMAKE_SOURCE_DIR}/CHANGELOG.md CHANGELOG.md.gz)
compressed(${CMAKE_SOURCE_DIR}/docs/taskqueue_exporter.1 taskqueue_exporter.1.gz)

install(TARGETS taskqueue_exporter RUNTIME DESTINATION bin COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${pages}/taskqueue_exporter.1.gz DESTINATION share/man/man1 COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES ${pages}/changelog.gz ${pages}/CHANGELOG.md.gz ${CMAKE_CURRENT_LIST_DIR}/copyright
  DESTINATION share/doc/taskqueue-exporter COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES config/systemd/taskqueue-exporter.service DESTINATION lib/systemd/system COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES config/systemd/taskqueue-exporter.default DESTINATION /etc/default RENAME taskqueue-exporter
  COMPONENT debian EXCLUDE_FROM_ALL)
install(FILES config/taskqueue_exporter.toml DESTINATION /etc/taskqueue_exporter RENAME taskqueue.toml
  COMPONENT debian EXCLUDE_FROM_ALL)
install(DIRECTORY DESTINATION /etc/taskqueue_exporter/secrets COMPONENT debian EXCLUDE_FROM_ALL)
install(DIRECTORY dashboards DESTINATION share/taskqueue_exporter COMPONENT debian EXCLUDE_FROM_ALL
  FILES_MATCHING PATTERN *.json PATTERN source EXCLUDE)
install(DIRECTORY config/prometheus DESTINATION share/taskqueue_exporter COMPONENT debian EXCLUDE_FROM_ALL)
include(CPack)
