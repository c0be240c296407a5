import type { JsonObject } from '../../../../../domain/json.js';
import { cloudMount, cloudVolume, INGRESS_CONF } from './cloud-account.js';
import { clusterRole, CONTROL_PLANE, serviceAccount, workload } from './objects.js';

const OCTAVIA = { name: 'octavia-ingress-controller', namespace: 'kube-system' } as const;
const TRAEFIK = { name: 'traefik', namespace: 'kube-system' } as const;
const WATCHED = ['get', 'list', 'watch'] as const;

/** A load balancer of Octavia for each Ingress of the class `openstack` (by its annotation), in front of the services' node ports. */
export function octaviaIngressObjects(image: string): readonly JsonObject[] {
  return [
    serviceAccount(OCTAVIA),
    ...clusterRole(OCTAVIA.name, OCTAVIA, [
      { groups: [''], resources: ['nodes', 'services', 'secrets'], verbs: WATCHED },
      { groups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { groups: ['networking.k8s.io'], resources: ['ingresses'], verbs: [...WATCHED, 'update', 'patch'] },
      { groups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update', 'patch'] },
    ]),
    workload('Deployment', OCTAVIA, {
      ...CONTROL_PLANE,
      serviceAccountName: OCTAVIA.name,
      containers: [
        {
          name: OCTAVIA.name,
          image,
          args: ['/bin/octavia-ingress-controller', `--config=${INGRESS_CONF}`],
          resources: { requests: { cpu: '50m', memory: '32Mi' } },
          volumeMounts: [cloudMount()],
        },
      ],
      volumes: [cloudVolume()],
    }),
  ];
}

/**
 * Traefik for Ingresses without a class, and those of the class `traefik`, on ports 80 and 443 of the nodes of one role.
 * @param role what nodes have in the label `magnum.openstack.org/role`
 */
export function traefikObjects(image: string, role: string): readonly JsonObject[] {
  return [
    serviceAccount(TRAEFIK),
    ...clusterRole('traefik-ingress-controller', TRAEFIK, [
      { groups: [''], resources: ['services', 'secrets', 'nodes'], verbs: WATCHED },
      { groups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: WATCHED },
      { groups: ['networking.k8s.io'], resources: ['ingresses', 'ingressclasses'], verbs: WATCHED },
      { groups: ['networking.k8s.io'], resources: ['ingresses/status'], verbs: ['update'] },
    ]),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'traefik.io/ingress-controller' },
    },
    workload('DaemonSet', TRAEFIK, {
      serviceAccountName: TRAEFIK.name,
      nodeSelector: { 'magnum.openstack.org/role': role },
      tolerations: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', operator: 'Exists' }],
      containers: [
        {
          name: TRAEFIK.name,
          image,
          args: [
            '--entrypoints.web.address=:8000/tcp',
            '--entrypoints.websecure.address=:8443/tcp',
            '--entrypoints.traefik.address=:8080/tcp',
            '--entrypoints.websecure.http.tls=true',
            '--ping=true',
            '--providers.kubernetesingress',
            '--global.checknewversion=false',
            '--global.sendanonymoususage=false',
          ],
          ports: [
            { name: 'web', containerPort: 8000, hostPort: 80, protocol: 'TCP' },
            { name: 'websecure', containerPort: 8443, hostPort: 443, protocol: 'TCP' },
          ],
          readinessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 10 },
          livenessProbe: { httpGet: { path: '/ping', port: 8080 }, periodSeconds: 10, failureThreshold: 3 },
          resources: { requests: { cpu: '100m', memory: '64Mi' } },
          securityContext: {
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            runAsUser: 65532,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    }),
  ];
}
