import { option, type Option } from './option.js';

/** How the service logs in. `[keystone_auth]` is what it calls others with; what is not set there comes from `[keystone_authtoken]`. */
const login = (section: string): readonly Option[] => [
  option(section, 'auth_url', 'string', null, 'Keystone, with or without /v3. Set: this OpenStack is used, nothing is embedded.'),
  option(section, 'username', 'string', null, 'Name of the service user.'),
  option(section, 'user_id', 'string', null, 'Its id, instead of name and domain.'),
  option(section, 'password', 'string', null, 'Its password.', { secret: true }),
  option(section, 'user_domain_name', 'string', null, 'Domain of the service user; Default when neither name nor id is set.'),
  option(section, 'user_domain_id', 'string', null, 'The same by id.'),
  option(section, 'project_name', 'string', null, 'Project of the service user; service when neither name nor id is set.'),
  option(section, 'project_id', 'string', null, 'The same by id.'),
  option(section, 'project_domain_name', 'string', null, 'Domain of that project; Default when neither name nor id is set.'),
  option(section, 'project_domain_id', 'string', null, 'The same by id.'),
  option(section, 'region_name', 'string', null, 'Region whose services are used; the first of the catalog when not set.'),
  option(section, 'cafile', 'string', null, "File with the cloud's own CA, PEM."),
  option(section, 'insecure', 'boolean', false, 'True: certificates of the cloud are not verified.'),
];

const client = (section: string, whose: string): readonly Option[] => [
  option(section, 'region_name', 'string', null, `Region of ${whose}; that of [keystone_authtoken] when not set.`),
  option(section, 'endpoint_type', 'string', 'publicURL', `Interface of ${whose}: publicURL, internalURL or adminURL.`),
];

export const OPENSTACK_OPTIONS: readonly Option[] = [
  ...login('keystone_authtoken'),
  option(
    'keystone_authtoken',
    'www_authenticate_uri',
    'string',
    null,
    'Keystone as clients and nodes reach it; auth_url when not set.',
  ),
  ...login('keystone_auth'),
  option(
    'trust',
    'cluster_user_trust',
    'boolean',
    false,
    'Whether nodes get a trust of the owner, to use volumes and balancers.',
  ),
  option('trust', 'roles', 'list', [], 'Roles that the nodes are given by it; all of the owner when empty.'),
  option('trust', 'trustee_domain_id', 'string', null, "Domain of the accounts of bays' nodes."),
  option('trust', 'trustee_domain_name', 'string', null, 'The same by name.'),
  option('trust', 'trustee_domain_admin_id', 'string', null, 'User who may make accounts in that domain.'),
  option('trust', 'trustee_domain_admin_name', 'string', null, 'The same by name.'),
  option('trust', 'trustee_domain_admin_domain_id', 'string', null, 'Domain of that user; the trustee domain when not set.'),
  option('trust', 'trustee_domain_admin_domain_name', 'string', null, 'The same by name.'),
  option('trust', 'trustee_domain_admin_password', 'string', null, 'Password of that user.', { secret: true }),
  option('drivers', 'verify_ca', 'boolean', true, "Whether nodes verify the cloud's certificates."),
  option('drivers', 'openstack_ca_file', 'string', null, "File with the cloud's own CA for the nodes, PEM."),
  option('cluster', 'nodes_affinity_policy', 'string', 'soft-anti-affinity', "Policy of the server groups of a bay's nodes."),
  option(
    'certificates',
    'cert_manager_type',
    'string',
    'x509keypair',
    "Where the key pairs of bays rest: barbican; x509keypair, this service's database, sealed; local, files in storage_path.",
    { oneOf: ['barbican', 'x509keypair', 'local'] },
  ),
  option(
    'certificates',
    'storage_path',
    'string',
    '/var/lib/magnum/certificates/',
    'Folder of cert_manager_type local, shared by all conductors.',
  ),
  option('cinder', 'default_docker_volume_type', 'string', null, 'Volume type of Docker volumes where no label names one.'),
  ...client('barbican_client', 'Barbican'),
  ...client('cinder_client', 'Cinder'),
  ...client('glance_client', 'Glance'),
  ...client('heat_client', 'Heat'),
  option(
    'heat_client',
    'max_template_size',
    'integer',
    524_288,
    "Bytes that Heat takes as a template: Heat's option of that name.",
    {
      minimum: 1,
    },
  ),
  option(
    'heat_client',
    'max_json_body_size',
    'integer',
    1_048_576,
    "Bytes that Heat takes as a request: Heat's option of that name.",
    {
      minimum: 1,
    },
  ),
  ...client('magnum_client', 'this service'),
  ...client('neutron_client', 'Neutron'),
  ...client('nova_client', 'Nova'),
  ...client('octavia_client', 'Octavia'),
];
