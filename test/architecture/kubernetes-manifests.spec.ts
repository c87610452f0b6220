import { type IDeployment } from 'kubernetes-models/apps/v1';
import { type IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { type IJob } from 'kubernetes-models/batch/v1';
import { type IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import {
  type IConfigMap,
  type IContainer,
  type IPodSpec,
  type ISecret,
} from 'kubernetes-models/v1';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateKeys } from '../../src/server/config/keys/generate-keys.js';
import { readConfig, readDatabaseConfig } from '../../src/server/config/read-config.js';
import { SETTINGS } from '../../src/server/config/settings/settings.js';
import { FakeRandomSource } from '../../src/mfa/testing/index.js';
import { readDocument, ROOT } from '../support/documents.js';
import {
  appliedFiles,
  readManifests,
  unknownMembers,
  validate,
} from '../support/kubernetes-manifests.js';
import { listRoutes } from '../support/openapi-routes.js';
import { startServer } from '../support/server.js';

/** Time for what is not draining itself: the database is closed, and the process ends. */
const LEAST_MARGIN_SECONDS = 5;

const manifests = readManifests();

/** What its kind says that it is; each has been checked against its schema. */
function only<T>(kind: string): T {
  const [found, ...others] = manifests.filter(({ object }) => object.kind === kind);
  if (found === undefined || others.length > 0) throw new Error(`There is not one ${kind}.`);
  return found.object as T;
}

const podOf = ({ spec }: IDeployment | IJob): IPodSpec => {
  if (spec?.template.spec === undefined) throw new Error('There is no pod.');
  return spec.template.spec;
};
const containerOf = (pod: IPodSpec): IContainer => {
  const [container, ...others] = pod.containers;
  if (container === undefined || others.length > 0) throw new Error('There is not one container.');
  return container;
};

const deployment = only<IDeployment>('Deployment');
const pod = podOf(deployment);
const server = containerOf(pod);
const given = only<IConfigMap>('ConfigMap').data ?? {};
const secrets = only<ISecret>('Secret').stringData ?? {};
const config = readConfig(
  {
    ...given,
    ...generateKeys(new FakeRandomSource()),
    NODE_ENV: 'production',
    DATABASE_URL: 'postgres://db.example.org/mfa',
    SMTP_URL: 'smtps://mail.example.org',
  },
  () => generateKeys(new FakeRandomSource()),
);

describe('the manifests for Kubernetes', () => {
  it.each(manifests.map((manifest) => [manifest.file, manifest] as const))(
    '%s holds to its schema',
    (_, manifest) => expect(validate(manifest)).resolves.toBeUndefined(),
  );

  it('have no member that nobody knows', () => {
    expect(unknownMembers(manifests)).toEqual([]);
  }, 60_000);

  it('are applied, all but the example of a secret', () => {
    const files = manifests
      .map(({ file }) => file)
      .filter((file) => file !== 'secret.example.yaml');
    expect(appliedFiles().toSorted()).toEqual(files.toSorted());
  });

  it('set variables that are settings, to what these take', () => {
    const names: string[] = SETTINGS.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...Object.keys(given), ...Object.keys(secrets)]));
    expect(config.migratesAtStart).toBe(false);
  });

  it('hold no secret', () => {
    expect(new Set(Object.values(secrets))).toEqual(new Set(['']));
    expect(Object.keys(given).filter((name) => name in secrets)).toEqual([]);
  });

  it('give the server the time to drain', () => {
    const { shutdownDelaySeconds, shutdownTimeoutSeconds } = config;
    expect(shutdownDelaySeconds).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      shutdownDelaySeconds + shutdownTimeoutSeconds + LEAST_MARGIN_SECONDS,
    );
  });

  it('give the server the time to wait for its database', () => {
    const { periodSeconds = 0, failureThreshold = 0 } = server.startupProbe ?? {};
    expect(periodSeconds * failureThreshold).toBeGreaterThan(config.databaseWaitSeconds);
  });

  it('reach the port of the image', () => {
    const [, port] = /^EXPOSE (\d+)$/m.exec(readDocument('Dockerfile')) ?? [];
    expect(server.ports?.map(({ containerPort }) => String(containerPort))).toEqual([port]);
    expect(readDocument('Dockerfile')).toContain(`PORT=${port}`);
  });

  it('give the migration the address of the database, and no other secret', () => {
    const { env, envFrom } = containerOf(podOf(only<IJob>('Job')));
    const { name = '' } = only<ISecret>('Secret').metadata ?? {};
    const key = 'DATABASE_URL';
    expect(envFrom).toBeUndefined();
    const wait = { name, key: 'DATABASE_WAIT_SECONDS' };
    expect(env).toEqual([
      { name: key, valueFrom: { secretKeyRef: { name, key } } },
      { name: wait.key, valueFrom: { configMapKeyRef: wait } },
    ]);
    const url = 'postgres://db.example.org/mfa';
    const alone = { NODE_ENV: 'production', DATABASE_URL: url };
    expect(readDatabaseConfig(alone)).toMatchObject({ databaseUrl: url });
    expect(() => readDatabaseConfig({ NODE_ENV: 'production' })).toThrow(
      /^DATABASE_URL is required/,
    );
  });

  it('believe the proxies of one network that is an example', () => {
    expect(config.trustedProxies).toEqual(['192.0.2.0/24']);
  });

  it('run programs of the image', () => {
    const [, program = ''] = containerOf(podOf(only<IJob>('Job'))).command ?? [];
    const source = program.replace(/^dist/, 'src').replace(/\.js$/, '.ts');
    expect([source, existsSync(join(ROOT, source))]).toEqual([
      'src/server/commands/migrate.ts',
      true,
    ]);
  });

  it.each([
    ['server', pod],
    ['migration', podOf(only<IJob>('Job'))],
  ])('let the %s do nothing but its work', (_, podSpec) => {
    const { automountServiceAccountToken, securityContext } = podSpec;
    expect(automountServiceAccountToken).toBe(false);
    expect(securityContext).toMatchObject({ runAsNonRoot: true });
    expect(containerOf(podSpec).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('scale the deployment from where it starts', () => {
    const { spec } = only<IHorizontalPodAutoscaler>('HorizontalPodAutoscaler');
    expect(spec?.scaleTargetRef.name).toBe(deployment.metadata?.name);
    expect(spec?.minReplicas).toBe(deployment.spec?.replicas);
  });

  it('probe and publish paths that are there', async () => {
    const running = await startServer();
    const routes = (await listRoutes(running)).map(({ path }) => path);
    await running.stop();
    const probes = [server.startupProbe, server.livenessProbe, server.readinessProbe];
    for (const probe of probes) expect(routes).toContain(probe?.httpGet?.path);
    const published = only<IIngress>('Ingress').spec?.rules?.flatMap(
      ({ http }) => http?.paths ?? [],
    );
    // The account pages are for people, and no part of the API's document.
    const prefixes = published?.map(({ path = '' }) => path).filter((path) => path !== '/account');
    expect(prefixes).not.toHaveLength(0);
    for (const prefix of prefixes ?? []) {
      expect([prefix, routes.some((path) => path.startsWith(prefix))]).toEqual([prefix, true]);
    }
  });
});

describe('the images that are named', () => {
  const composed = [...readDocument('docker-compose.yml').matchAll(/^ +image: (\S+)$/gm)];
  const built = [...readDocument('Dockerfile').matchAll(/^FROM (\S+:\S+)/gm)];
  const kustomized = [
    ...readDocument('deploy/kubernetes/kustomization.yaml').matchAll(/^ +newTag: (\S+)$/gm),
  ];
  const images = [...composed, ...built, ...kustomized].map(([, image = '']) => image);

  it('are of one minor version, so that nobody is given another one unasked', () => {
    expect(images).toHaveLength(6);
    expect(images.filter((image) => !/(?:^|:)v?\d+\.\d+(?:\.\d+)?(?:-\w+)?$/.test(image))).toEqual(
      [],
    );
  });
});
