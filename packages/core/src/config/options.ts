/** One option of `magnum.conf`: contract, conductor §13. `used: false` is read for compatibility and has no effect here. */
export interface Option {
  readonly section: string;
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'list';
  readonly default: string | number | boolean | readonly string[] | null;
  readonly help: string;
  readonly secret?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly oneOf?: readonly string[];
  readonly used: boolean;
}

type Extra = Partial<Pick<Option, 'secret' | 'minimum' | 'maximum' | 'oneOf'>>;

const option = (section: string, name: string, type: Option['type'], value: Option['default'], help: string, extra: Extra = {}): Option =>
  ({ section, name, type, default: value, help, used: true, ...extra });
const ignored = (section: string, ...names: readonly string[]): readonly Option[] =>
  names.map((name) => ({ section, name, type: 'string', default: null, help: 'Read for compatibility; has no effect.', used: false }));

export const OPTIONS: readonly Option[] = [
  option('DEFAULT', 'host', 'string', null, 'Name of this host in the list of services.'),
  option('DEFAULT', 'transport_url', 'string', null, 'RabbitMQ: rabbit://user:password@host:port/vhost. Several hosts are separated by commas.', { secret: true }),
  option('DEFAULT', 'debug', 'boolean', false, 'Log at level debug.'),
  option('DEFAULT', 'service_down_time', 'integer', 180, 'Seconds after its last heartbeat that a conductor counts as down.', { minimum: 1 }),
  ...ignored('DEFAULT', 'periodic_enable', 'periodic_interval_max', 'max_manifest_size', 'password_symbols', 'tempdir', 'rootwrap_config', 'pybasedir', 'bindir',
    'state_path', 'control_exchange', 'rpc_response_timeout', 'executor_thread_pool_size', 'log_config_append', 'log_date_format', 'log_file', 'log_dir', 'use_syslog', 'use_stderr',
    'use_json', 'use_journal', 'syslog_log_facility', 'default_log_levels', 'logging_context_format_string', 'logging_default_format_string', 'logging_exception_prefix',
    'logging_debug_format_suffix', 'logging_user_identity_format', 'publish_errors', 'fatal_deprecations', 'watch_log_file', 'rpc_poll_timeout', 'rpc_conn_pool_size', 'enable_authentication'),
  option('api', 'host', 'string', '127.0.0.1', 'Address to listen on.'),
  option('api', 'port', 'integer', 9511, 'Port to listen on.', { minimum: 0, maximum: 65_535 }),
  option('api', 'max_limit', 'integer', 1000, 'Items in one page of a list, at most.', { minimum: 1 }),
  option('api', 'max_body_size', 'integer', 1_048_576, 'Bytes of a request body, at most.', { minimum: 1024 }),
  option('api', 'rate_limit', 'integer', 0, 'Requests per minute and project; 0 for no limit.', { minimum: 0 }),
  option('api', 'max_concurrent_requests', 'integer', 0, 'Requests of one project at the same time; 0 for no limit.', { minimum: 0 }),
  option('api', 'public_url', 'string', null, 'Origin under which clients reach the service, where a balancer stands before it.'),
  ...ignored('api', 'workers', 'api_paste_config', 'enabled_ssl', 'ssl_cert_file', 'ssl_key_file'),
  option('conductor', 'topic', 'string', 'magnum-conductor', 'Prefix of the queues.'),
  option('conductor', 'concurrency', 'integer', 16, 'Bays worked on at a time, by one process.', { minimum: 1, maximum: 1000 }),
  option('conductor', 'drain_timeout', 'integer', 25, 'Seconds that running work gets at SIGTERM.', { minimum: 0 }),
  ...ignored('conductor', 'workers', 'conductor_life_check_timeout'),
  option('database', 'connection', 'string', null, 'mysql+pymysql://user:password@host:port/database, or sqlite:////path/to/file.', { secret: true }),
  option('database', 'max_pool_size', 'integer', 10, 'Connections to the database, by one process.', { minimum: 1, maximum: 1000 }),
  option('database', 'pool_timeout', 'integer', 3, 'Seconds that a request waits for a connection before it is answered 503.', { minimum: 1 }),
  ...ignored('database', 'mysql_engine', 'backend', 'connection_recycle_time', 'max_overflow', 'max_retries', 'retry_interval', 'mysql_sql_mode', 'mysql_enable_ndb',
    'sqlite_synchronous', 'slave_connection', 'connection_debug', 'connection_trace', 'use_db_reconnect', 'db_retry_interval', 'db_inc_retry_interval',
    'db_max_retry_interval', 'db_max_retries', 'connection_parameters', 'mysql_wsrep_sync_wait'),
  option('metrics', 'host', 'string', '127.0.0.1', 'Address of the listener for /metrics, /livez and /readyz.'),
  option('metrics', 'port', 'integer', 0, 'Port of that listener; 0 for none.', { minimum: 0, maximum: 65_535 }),
  option('vault', 'key_file', 'string', null, 'File with 32 bytes in base64: seals private keys and passwords in the database. The same for every process.'),
  option('x509', 'allow_ca', 'boolean', false, 'Whether CSRs may ask for a CA.'),
  option('x509', 'allowed_extensions', 'list', ['keyUsage', 'extendedKeyUsage', 'subjectAltName', 'basicConstraints', 'subjectKeyIdentifier'], 'Extensions that CSRs may ask for.'),
  option('x509', 'allowed_key_usage', 'list', ['Digital Signature', 'Key Encipherment', 'Non Repudiation'], 'Key usages that CSRs may ask for.'),
  option('x509', 'term_of_validity', 'integer', 1825, 'Days that certificates are valid.', { minimum: 1 }),
  option('x509', 'rsa_key_size', 'integer', 2048, 'Bits of RSA keys made here.', { minimum: 2048, maximum: 8192 }),
  option('kubernetes', 'health_polling_interval', 'integer', 60, 'Seconds between two looks at a bay\'s health; negative for none.'),
  ...ignored('kubernetes', 'keystone_auth_default_policy', 'post_install_manifest_url'),
  option('keystone_authtoken', 'token_cache_time', 'integer', 60, 'Seconds that a validated token is believed; a revoked one is refused after this at the latest. 0: ask each time.'),
  option('embedded', 'admin_password', 'string', null, 'Password of the embedded identity\'s user admin.', { secret: true }),
  option('embedded', 'demo_password', 'string', null, 'Password of the embedded identity\'s user demo.', { secret: true }),
  ...ignored('certificates', 'cert_manager_type', 'storage_path'),
  ...ignored('cinder', 'default_docker_volume_type', 'default_etcd_volume_type', 'default_boot_volume_type', 'default_boot_volume_size'),
  ...ignored('cluster', 'etcd_discovery_service_endpoint_format', 'nodes_affinity_policy', 'temp_cache_dir', 'pre_delete_lb_timeout', 'enabled_definitions'),
  ...ignored('cluster_heat', 'max_attempts', 'wait_interval', 'create_timeout'),
  ...ignored('cluster_template', 'kubernetes_allowed_network_drivers', 'kubernetes_default_network_driver', 'swarm_allowed_network_drivers', 'swarm_default_network_driver',
    'mesos_allowed_network_drivers', 'mesos_default_network_driver'),
  ...ignored('docker', 'docker_remote_api_version', 'default_timeout', 'api_insecure', 'ca_file', 'cert_file', 'key_file'),
  ...ignored('docker_registry', 'swift_region', 'swift_registry_container'),
  ...ignored('drivers', 'verify_ca', 'openstack_ca_file', 'send_cluster_metrics', 'disabled_drivers', 'enabled_beta_drivers', 'default_driver'),
  ...ignored('quotas', 'max_clusters_per_project'),
  ...ignored('trust', 'cluster_user_trust', 'trustee_domain_id', 'trustee_domain_name', 'trustee_domain_admin_id', 'trustee_domain_admin_name', 'trustee_domain_admin_domain_id',
    'trustee_domain_admin_domain_name', 'trustee_domain_admin_password', 'roles', 'trustee_keystone_interface', 'trustee_keystone_region_name'),
];

/** Sections of libraries that upstream links and this service does not: whatever stands there is accepted and has no effect. */
export const FOREIGN_SECTIONS: ReadonlySet<string> = new Set(['keystone_authtoken', 'keystone_auth', 'oslo_policy', 'oslo_concurrency', 'oslo_messaging_amqp',
  'oslo_messaging_kafka', 'oslo_messaging_notifications', 'oslo_messaging_rabbit', 'oslo_middleware', 'oslo_reports', 'oslo_versionedobjects', 'cors', 'cors.subdomain',
  'healthcheck', 'profiler', 'ssl', 'matchmaker_redis', 'barbican_client', 'cinder_client', 'glance_client', 'heat_client', 'neutron_client', 'nova_client', 'octavia_client',
  'magnum_client', 'bay', 'baymodel', 'bay_heat', 'capi_client', 'capi_helm']);
