/** Every keyword of docker-py 7's `containers.run` and `containers.create`: tells "not yet" from "no such thing". */
export const dockerPyKeywords: ReadonlySet<string> = new Set(
  `image command stdout stderr remove stream detach domainname entrypoint environment healthcheck hostname labels
  mac_address name network_disabled platform stdin_open stop_signal tty use_config_proxy user working_dir auto_remove
  blkio_weight_device blkio_weight cap_add cap_drop cgroup_parent cgroupns cpu_count cpu_percent cpu_period cpu_quota
  cpu_shares cpuset_cpus cpuset_mems cpu_rt_period cpu_rt_runtime device_cgroup_rules device_read_bps device_read_iops
  device_write_bps device_write_iops devices device_requests dns_opt dns_search dns extra_hosts group_add init init_path
  ipc_mode isolation kernel_memory links log_config lxc_conf mem_limit mem_reservation mem_swappiness memswap_limit
  mounts nano_cpus network network_mode networking_config oom_kill_disable oom_score_adj pid_mode pids_limit ports
  privileged publish_all_ports read_only restart_policy runtime security_opt shm_size storage_opt sysctls tmpfs ulimits
  userns_mode uts_mode version volume_driver volumes volumes_from`.split(/\s+/),
);
