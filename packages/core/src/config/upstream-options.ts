/**
 * The names of upstream's options, by section: those of Magnum 20.0.0 and of the libraries it is configured through, and those of
 * their earlier releases back to 2015. A name that stands here is real: it is either an option of this service, or has no effect.
 * Facts alone: no text of upstream's. Two names that only deployment tools write are among them.
 */
const NAMES: Readonly<Record<string, string>> = {
  DEFAULT: `
    api_paste_config auth_strategy backdoor_port backdoor_socket bindir client_socket_timeout config_dir config_file
    config_source conn_pool_min_size conn_pool_ttl control_exchange debug default_log_levels disable_process_locking
    enable_authentication executor_thread_pool_size fake_rabbit fatal_deprecations graceful_shutdown_timeout host
    instance_format instance_uuid_format lock_path log_color log_config_append log_date_format log_dir log_file log_options
    log_rotate_interval log_rotate_interval_type log_rotation_type logging_context_format_string logging_debug_format_suffix
    logging_default_format_string logging_exception_prefix logging_user_identity_format max_header_line max_logfile_count
    max_logfile_size_mb max_manifest_size notification_driver notification_topics password_symbols periodic_enable
    periodic_interval_max publish_errors pybasedir rate_limit_burst rate_limit_except_level rate_limit_interval
    rootwrap_config rpc_ack_timeout_base rpc_ack_timeout_multiplier rpc_backend rpc_conn_pool_size rpc_message_ttl
    rpc_ping_enabled rpc_poll_timeout rpc_response_timeout rpc_retry_attempts rpc_thread_pool_size rpc_use_acks
    rpc_zmq_bind_address rpc_zmq_bind_port_retries rpc_zmq_contexts rpc_zmq_host rpc_zmq_ipc_dir rpc_zmq_matchmaker
    rpc_zmq_max_port rpc_zmq_min_port rpc_zmq_serialization rpc_zmq_topic_backlog run_external_periodic_tasks
    service_down_time shell_completion sql_connection state_path subscribe_on syslog_log_facility tcp_keepalive tcp_keepidle
    tempdir transport_url use_dynamic_connections use_eventlog use_journal use_json use_pub_sub use_router_proxy use_stderr
    use_syslog use_syslog_rfc_format verbose watch_log_file wsgi_default_pool_size wsgi_keep_alive wsgi_log_format
    wsgi_server_debug zmq_failover_connections zmq_immediate zmq_linger zmq_target_expire zmq_target_update zmq_tcp_keepalive
    zmq_tcp_keepalive_cnt zmq_tcp_keepalive_idle zmq_tcp_keepalive_intvl
  `,
  api: `
    api_paste_config enabled_ssl host max_limit port ssl_cert_file ssl_key_file workers
  `,
  barbican_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  cache: `
    backend backend_argument backend_expiration_time config_prefix dead_timeout debug_cache_backend enable_retry_client
    enable_socket_keepalive enabled expiration_time hashclient_dead_timeout hashclient_retry_attempts hashclient_retry_delay
    hashclient_retry_timeout memcache_dead_retry memcache_pool_connection_get_timeout memcache_pool_flush_on_reconnect
    memcache_pool_maxsize memcache_pool_unused_timeout memcache_sasl_enabled memcache_servers memcache_socket_timeout password
    proxies redis_db redis_sentinel_service_name redis_sentinels redis_server retry_attempts retry_delay
    socket_keepalive_count socket_keepalive_idle socket_keepalive_interval socket_timeout tls_allowed_ciphers tls_cafile
    tls_certfile tls_enabled tls_keyfile username
  `,
  certificates: `
    cert_manager_type storage_path
  `,
  cinder: `
    default_boot_volume_size default_boot_volume_type default_docker_volume_type default_etcd_volume_type
  `,
  cinder_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  cluster: `
    enabled_definitions etcd_discovery_service_endpoint_format k8s_atomic_template_path k8s_coreos_template_path
    mesos_ubuntu_template_path nodes_affinity_policy pre_delete_lb_timeout public_swarm_discovery swarm_atomic_template_path
    swarm_discovery_url_format temp_cache_dir
  `,
  cluster_heat: `
    create_timeout max_attempts wait_interval
  `,
  cluster_template: `
    kubernetes_allowed_network_drivers kubernetes_default_network_driver mesos_allowed_network_drivers
    mesos_default_network_driver swarm_allowed_network_drivers swarm_default_network_driver
  `,
  conductor: `
    conductor_life_check_timeout topic workers
  `,
  cors: `
    allow_credentials allow_headers allow_methods allowed_origin expose_headers max_age
  `,
  database: `
    asyncio_connection asyncio_slave_connection backend connection connection_debug connection_parameters
    connection_recycle_time connection_trace db_inc_retry_interval db_max_retries db_max_retry_interval db_retry_interval
    idle_timeout max_overflow max_pool_size max_retries min_pool_size mysql_enable_ndb mysql_engine mysql_sql_mode
    mysql_wsrep_sync_wait pool_timeout reconnect_interval retry_interval slave_connection sql_connection sql_connection_debug
    sql_connection_trace sql_idle_timeout sql_max_overflow sql_max_pool_size sql_max_retries sql_min_pool_size
    sql_retry_interval sqlalchemy_max_overflow sqlalchemy_pool_timeout sqlite_synchronous synchronous_reader use_db_reconnect
    use_tpool
  `,
  docker: `
    api_insecure ca_file cert_file default_timeout docker_remote_api_version key_file
  `,
  docker_registry: `
    swift_region swift_registry_container
  `,
  drivers: `
    default_driver disabled_drivers enabled_beta_drivers enabled_drivers openstack_ca_file send_cluster_metrics verify_ca
  `,
  glance_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  healthcheck: `
    allowed_source_ranges backends detailed disable_by_file_path disable_by_file_paths enable_by_file_paths
    ignore_proxied_requests path
  `,
  heat_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  keystone_auth: `
    access_token access_token_endpoint access_token_type application_credential_id application_credential_name
    application_credential_secret auth_methods auth_section auth_type auth_url cafile certfile client_id client_secret code
    code_challenge_method collect_timing connect_retries connect_retry_delay default_domain_id default_domain_name
    device_authorization_endpoint discovery_endpoint domain_id domain_name endpoint endpoint_override identity_provider
    idp_otp_key insecure keyfile login_timeout max_version min_version oauth2_client_id oauth2_client_secret oauth2_endpoint
    passcode password project_domain_id project_domain_name project_id project_name protocol redirect_host redirect_port
    redirect_uri region_name retriable_status_codes scope service_name service_type split_loggers status_code_retries
    status_code_retry_delay system_scope tenant_id tenant_name timeout token trust_id user_domain_id user_domain_name user_id
    username valid_interfaces version
  `,
  keystone_authtoken: `
    access_token access_token_endpoint access_token_type admin_password admin_tenant_name admin_token admin_user
    application_credential_id application_credential_name application_credential_secret auth_admin_prefix auth_host
    auth_methods auth_port auth_protocol auth_section auth_type auth_uri auth_url auth_version cache cafile certfile
    check_revocations_for_cached client_id client_secret code code_challenge_method collect_timing connect_retries
    connect_retry_delay default_domain_id default_domain_name delay_auth_decision device_authorization_endpoint
    discovery_endpoint domain_id domain_name endpoint endpoint_override enforce_token_bind hash_algorithms
    http_connect_timeout http_request_max_retries identity_provider identity_uri idp_otp_key include_service_catalog insecure
    interface keyfile login_timeout max_version memcache_password memcache_pool_conn_get_timeout memcache_pool_dead_retry
    memcache_pool_maxsize memcache_pool_socket_timeout memcache_pool_unused_timeout memcache_sasl_enabled memcache_secret_key
    memcache_security_strategy memcache_tls_allowed_ciphers memcache_tls_cafile memcache_tls_certfile memcache_tls_enabled
    memcache_tls_keyfile memcache_use_advanced_pool memcache_username memcached_servers min_version oauth2_client_id
    oauth2_client_secret oauth2_endpoint passcode password project_domain_id project_domain_name project_id project_name
    protocol redirect_host redirect_port redirect_uri region_name retriable_status_codes revocation_cache_time scope
    service_name service_token_roles service_token_roles_required service_type signing_dir split_loggers status_code_retries
    status_code_retry_delay system_scope tenant_id tenant_name timeout token token_cache_time trust_id user_domain_id
    user_domain_name user_id username valid_interfaces version www_authenticate_uri
  `,
  kubernetes: `
    health_polling_interval k8s_port k8s_protocol keystone_auth_default_policy kube_tag post_install_manifest_url
  `,
  magnum_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  matchmaker_redis: `
    check_timeout host password port sentinel_group_name sentinel_hosts socket_timeout wait_timeout
  `,
  neutron_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  nova_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  octavia_client: `
    api_version ca_file cert_file endpoint_type insecure key_file region_name
  `,
  oslo_concurrency: `
    disable_process_locking lock_path
  `,
  oslo_messaging_amqp: `
    addressing_mode allow_insecure_clients anycast_address broadcast_prefix connection_retry_backoff connection_retry_interval
    connection_retry_interval_max container_name default_notification_exchange default_notify_timeout default_reply_retry
    default_reply_timeout default_rpc_exchange default_send_timeout default_sender_link_timeout group_request_prefix
    idle_timeout link_retry_delay multicast_address notify_address_prefix notify_server_credit password pre_settled
    pseudo_vhost reply_link_credit rpc_address_prefix rpc_server_credit sasl_config_dir sasl_config_name sasl_default_realm
    sasl_mechanisms server_request_prefix ssl ssl_ca_file ssl_cert_file ssl_key_file ssl_key_password ssl_verify_vhost trace
    unicast_address username
  `,
  oslo_messaging_kafka: `
    compression_codec conn_pool_min_size conn_pool_ttl consumer_group enable_auto_commit kafka_consumer_timeout
    kafka_default_host kafka_default_port kafka_max_fetch_bytes max_poll_records pool_size producer_batch_size
    producer_batch_timeout sasl_mechanism security_protocol ssl_cafile ssl_client_cert_file ssl_client_key_file
    ssl_client_key_password
  `,
  oslo_messaging_notifications: `
    driver notification_topics retry routing_config topics transport_url
  `,
  oslo_messaging_pika: `
    default_notification_exchange default_notification_retry_attempts default_rpc_exchange default_rpc_retry_attempts
    default_serializer_type notification_listener_prefetch_count notification_persistence notification_retry_delay
    pool_max_overflow pool_max_size pool_recycle pool_stale pool_timeout rpc_listener_prefetch_count rpc_queue_expiration
    rpc_reply_exchange rpc_reply_listener_prefetch_count rpc_reply_retry_attempts rpc_reply_retry_delay rpc_retry_delay
  `,
  oslo_messaging_rabbit: `
    amqp_auto_delete amqp_durable_queues conn_pool_min_size conn_pool_ttl direct_mandatory_flag enable_cancel_on_failover
    fake_rabbit heartbeat_in_pthread heartbeat_rate heartbeat_timeout_threshold hostname kombu_compression
    kombu_failover_strategy kombu_missing_consumer_retry_timeout kombu_reconnect_delay kombu_reconnect_splay
    kombu_ssl_ca_certs kombu_ssl_certfile kombu_ssl_keyfile kombu_ssl_version processname rabbit_durable_queues
    rabbit_ha_queues rabbit_host rabbit_hosts rabbit_interval_max rabbit_login_method rabbit_max_retries
    rabbit_notification_exchange rabbit_notification_topic rabbit_password rabbit_port rabbit_qos_prefetch_count
    rabbit_quorum_delivery_limit rabbit_quorum_max_memory_bytes rabbit_quorum_max_memory_length rabbit_quorum_queue
    rabbit_retry_backoff rabbit_retry_interval rabbit_stream_fanout rabbit_transient_queues_ttl rabbit_transient_quorum_queue
    rabbit_use_ssl rabbit_userid rabbit_virtual_host rpc_conn_pool_size ssl ssl_ca_file ssl_cert_file ssl_enforce_fips_mode
    ssl_enforce_hostname_verification ssl_key_file ssl_version use_queue_manager
  `,
  oslo_messaging_zmq: `
    rpc_ack_timeout_base rpc_ack_timeout_multiplier rpc_message_ttl rpc_poll_timeout rpc_retry_attempts rpc_thread_pool_size
    rpc_use_acks rpc_zmq_bind_address rpc_zmq_bind_port_retries rpc_zmq_contexts rpc_zmq_host rpc_zmq_ipc_dir
    rpc_zmq_matchmaker rpc_zmq_max_port rpc_zmq_min_port rpc_zmq_serialization rpc_zmq_topic_backlog subscribe_on
    use_dynamic_connections use_pub_sub use_router_proxy zmq_failover_connections zmq_immediate zmq_linger zmq_target_expire
    zmq_target_update zmq_tcp_keepalive zmq_tcp_keepalive_cnt zmq_tcp_keepalive_idle zmq_tcp_keepalive_intvl
  `,
  oslo_middleware: `
    enable_proxy_headers_parsing http_basic_auth_user_file max_request_body_size osapi_max_request_body_size
    secure_proxy_ssl_header
  `,
  oslo_policy: `
    enforce_new_defaults enforce_scope policy_default_rule policy_dirs policy_file remote_content_type remote_ssl_ca_crt_file
    remote_ssl_client_crt_file remote_ssl_client_key_file remote_ssl_verify_server_crt remote_timeout
  `,
  oslo_reports: `
    file_event_handler file_event_handler_interval log_dir
  `,
  oslo_versionedobjects: `
    fatal_exception_format_errors
  `,
  profiler: `
    connection_string enabled es_doc_type es_scroll_size es_scroll_time filter_error_trace hmac_keys sentinel_service_name
    socket_timeout trace_requests trace_sqlalchemy
  `,
  profiler_jaeger: `
    process_tags service_name_prefix
  `,
  profiler_otlp: `
    service_name_prefix
  `,
  quotas: `
    max_clusters_per_project
  `,
  ssl: `
    ca_file cert_file ciphers key_file version
  `,
  trust: `
    cluster_user_trust roles trustee_domain_admin_domain_id trustee_domain_admin_domain_name trustee_domain_admin_id
    trustee_domain_admin_name trustee_domain_admin_password trustee_domain_id trustee_domain_name trustee_keystone_interface
    trustee_keystone_region_name
  `,
  x509: `
    allow_ca allowed_extensions allowed_key_usage rsa_key_size term_of_validity
  `,
};

/** An earlier name, and the name that it has now. */
const RENAMED = `
DATABASE.idle_timeout database.connection_recycle_time
DATABASE.reconnect_interval database.retry_interval
DATABASE.sql_connection database.connection
DATABASE.sql_idle_timeout database.connection_recycle_time
DATABASE.sql_max_pool_size database.max_pool_size
DATABASE.sql_max_retries database.max_retries
DATABASE.sqlalchemy_max_overflow database.max_overflow
DATABASE.sqlalchemy_pool_timeout database.pool_timeout
DEFAULT.amqp_auto_delete oslo_messaging_rabbit.amqp_auto_delete
DEFAULT.db_backend database.backend
DEFAULT.dbapi_use_tpool database.use_tpool
DEFAULT.disable_process_locking oslo_concurrency.disable_process_locking
DEFAULT.kombu_reconnect_delay oslo_messaging_rabbit.kombu_reconnect_delay
DEFAULT.kombu_ssl_ca_certs oslo_messaging_rabbit.ssl_ca_file
DEFAULT.kombu_ssl_certfile oslo_messaging_rabbit.ssl_cert_file
DEFAULT.kombu_ssl_keyfile oslo_messaging_rabbit.ssl_key_file
DEFAULT.kombu_ssl_version oslo_messaging_rabbit.ssl_version
DEFAULT.lock_path oslo_concurrency.lock_path
DEFAULT.log_config DEFAULT.log_config_append
DEFAULT.logdir DEFAULT.log_dir
DEFAULT.logfile DEFAULT.log_file
DEFAULT.max_request_body_size oslo_middleware.max_request_body_size
DEFAULT.notification_driver oslo_messaging_notifications.driver
DEFAULT.notification_topics oslo_messaging_notifications.topics
DEFAULT.notification_transport_url oslo_messaging_notifications.transport_url
DEFAULT.osapi_max_request_body_size oslo_middleware.max_request_body_size
DEFAULT.policy_default_rule oslo_policy.policy_default_rule
DEFAULT.policy_dirs oslo_policy.policy_dirs
DEFAULT.policy_file oslo_policy.policy_file
DEFAULT.rabbit_ha_queues oslo_messaging_rabbit.rabbit_ha_queues
DEFAULT.rabbit_login_method oslo_messaging_rabbit.rabbit_login_method
DEFAULT.rabbit_retry_backoff oslo_messaging_rabbit.rabbit_retry_backoff
DEFAULT.rabbit_use_ssl oslo_messaging_rabbit.ssl
DEFAULT.rpc_thread_pool_size DEFAULT.executor_thread_pool_size
DEFAULT.sql_connection database.connection
DEFAULT.sql_connection_debug database.connection_debug
DEFAULT.sql_connection_trace database.connection_trace
DEFAULT.sql_idle_timeout database.connection_recycle_time
DEFAULT.sql_max_overflow database.max_overflow
DEFAULT.sql_max_pool_size database.max_pool_size
DEFAULT.sql_max_retries database.max_retries
DEFAULT.sql_retry_interval database.retry_interval
DEFAULT.sqlite_synchronous database.sqlite_synchronous
DEFAULT.ssl_ca_file ssl.ca_file
DEFAULT.ssl_cert_file ssl.cert_file
DEFAULT.ssl_key_file ssl.key_file
amqp1.broadcast_prefix oslo_messaging_amqp.broadcast_prefix
amqp1.container_name oslo_messaging_amqp.container_name
amqp1.group_request_prefix oslo_messaging_amqp.group_request_prefix
amqp1.idle_timeout oslo_messaging_amqp.idle_timeout
amqp1.sasl_config_dir oslo_messaging_amqp.sasl_config_dir
amqp1.sasl_config_name oslo_messaging_amqp.sasl_config_name
amqp1.sasl_mechanisms oslo_messaging_amqp.sasl_mechanisms
amqp1.server_request_prefix oslo_messaging_amqp.server_request_prefix
amqp1.ssl_ca_file oslo_messaging_amqp.ssl_ca_file
amqp1.ssl_cert_file oslo_messaging_amqp.ssl_cert_file
amqp1.ssl_key_file oslo_messaging_amqp.ssl_key_file
amqp1.ssl_key_password oslo_messaging_amqp.ssl_key_password
amqp1.trace oslo_messaging_amqp.trace
bay.enabled_definitions cluster.enabled_definitions
bay.etcd_discovery_service_endpoint_format cluster.etcd_discovery_service_endpoint_format
bay_heat.bay_create_timeout cluster_heat.create_timeout
bay_heat.max_attempts cluster_heat.max_attempts
bay_heat.wait_interval cluster_heat.wait_interval
baymodel.kubernetes_allowed_network_drivers cluster_template.kubernetes_allowed_network_drivers
baymodel.kubernetes_default_network_driver cluster_template.kubernetes_default_network_driver
baymodel.mesos_allowed_network_drivers cluster_template.mesos_allowed_network_drivers
baymodel.mesos_default_network_driver cluster_template.mesos_default_network_driver
baymodel.swarm_allowed_network_drivers cluster_template.swarm_allowed_network_drivers
baymodel.swarm_default_network_driver cluster_template.swarm_default_network_driver
cache.dead_timeout cache.hashclient_dead_timeout
cache.hashclient_retry_delay cache.hashclient_retry_timeout
cache.memcache_password cache.password
cache.memcache_socket_timeout cache.socket_timeout
cache.memcache_username cache.username
cache.redis_password cache.password
cache.redis_socket_timeout cache.socket_timeout
cache.redis_username cache.username
database.idle_timeout database.connection_recycle_time
keystone_auth.auth_plugin keystone_auth.auth_type
keystone_auth.authorization_code keystone_auth.code
keystone_auth.tenant_id keystone_auth.project_id
keystone_auth.tenant_name keystone_auth.project_name
keystone_auth.user_name keystone_auth.username
keystone_authtoken.auth_plugin keystone_authtoken.auth_type
keystone_authtoken.auth_uri keystone_authtoken.www_authenticate_uri
keystone_authtoken.authorization_code keystone_authtoken.code
keystone_authtoken.tenant_id keystone_authtoken.project_id
keystone_authtoken.tenant_name keystone_authtoken.project_name
keystone_authtoken.user_name keystone_authtoken.username
keystone_authtoken.memcache_servers keystone_authtoken.memcached_servers
oslo_messaging_rabbit.kombu_reconnect_timeout oslo_messaging_rabbit.kombu_missing_consumer_retry_timeout
oslo_messaging_rabbit.kombu_ssl_ca_certs oslo_messaging_rabbit.ssl_ca_file
oslo_messaging_rabbit.kombu_ssl_certfile oslo_messaging_rabbit.ssl_cert_file
oslo_messaging_rabbit.kombu_ssl_keyfile oslo_messaging_rabbit.ssl_key_file
oslo_messaging_rabbit.kombu_ssl_version oslo_messaging_rabbit.ssl_version
oslo_messaging_rabbit.rabbit_use_ssl oslo_messaging_rabbit.ssl
profiler.profiler_enabled profiler.enabled
rpc_notifier2.topics oslo_messaging_notifications.topics
sql.connection database.connection
sql.idle_timeout database.connection_recycle_time
`;

/** Options of upstream by section; names have underscores. */
export const UPSTREAM_OPTIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(NAMES).map(([section, names]) => [section, new Set(names.trim().split(/\s+/))]),
);

export interface OptionName {
  readonly section: string;
  readonly name: string;
}

/** What an option is called now, by `section.name` as it was called earlier. */
export const RENAMED_OPTIONS: ReadonlyMap<string, OptionName> = new Map(
  RENAMED.trim()
    .split('\n')
    .map((line) => {
      const [earlier = '', now = ''] = line.split(' ');
      const [section = '', name = ''] = now.split('.');
      return [earlier, { section, name }];
    }),
);

/** Sections of drivers that are installed beside upstream's Magnum: their options are real, and unknown here. */
export const PLUGIN_SECTIONS: ReadonlySet<string> = new Set([
  'auto_scaling',
  'capi_client',
  'capi_helm',
  'manila_client',
  'proxy',
]);
