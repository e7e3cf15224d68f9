import { describe, expect, it } from 'vitest';
import { containerSpecSchema, type ContainerSpec } from '../../model/job-spec.ts';
import { LABELS } from '../../model/names.ts';
import { hostNameSchema } from '../../model/ids.ts';
import { replicaRefSchema } from '../../model/replica.ts';
import { planContainer, unmistakableName, type HostFacts } from '../../scheduling/container-plan.ts';

const replica = replicaRefSchema.parse({
  uid: '01JD0000000000000000ABCDEF',
  jobId: 'train',
  role: 'main',
  replica: 0,
  attempt: 2,
  epoch: { generation: 1, counter: 7 },
});
const facts: HostFacts = {
  engineId: 'ENGINE',
  hostName: hostNameSchema.parse('alpha'),
  bundleDirectory: '/jobs/train',
  gpuIds: [],
  logBacklog: { fileBytes: 1_000, files: 2 },
};
const aSpec = (over: Partial<ContainerSpec> = {}): ContainerSpec => ({
  ...containerSpecSchema.parse({
    image: 'busybox:latest',
    command: null,
    entrypoint: null,
    environment: [],
    mounts: [],
    workingDir: null,
    user: null,
    networkMode: null,
    runtime: null,
    name: null,
    labels: {},
    resources: { nanoCpus: 0, memoryBytes: 0, shmBytes: 0, gpus: 0 },
  }),
  ...over,
});

describe('the container plan', () => {
  it('says only what the spec says and leaves the rest to the image', () => {
    const { body } = planContainer(aSpec(), replica, facts);
    expect(Object.keys(body)).toEqual(['Image', 'Labels', 'Env', 'Tty', 'HostConfig']);
    expect(body['HostConfig']).toEqual({
      NetworkMode: 'default',
      Init: true,
      AutoRemove: false,
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'local', Config: { 'max-size': '1000', 'max-file': '2', compress: 'false' } },
    });
  });

  it('passes command, user, directory and limits on in the units of the Engine API', () => {
    const spec = aSpec({
      command: ['-c', 'true'],
      entrypoint: ['sh'],
      workingDir: '/job',
      user: '1000',
      networkMode: 'none',
      runtime: 'nvidia',
      resources: { nanoCpus: 1_500_000_000, memoryBytes: 64, shmBytes: 32, gpus: 0 },
    });
    const { body } = planContainer(spec, replica, facts);
    expect(body).toMatchObject({ Cmd: ['-c', 'true'], Entrypoint: ['sh'], WorkingDir: '/job', User: '1000' });
    expect(body['HostConfig']).toMatchObject({
      NanoCpus: 1_500_000_000,
      Memory: 64,
      ShmSize: 32,
      NetworkMode: 'none',
      Runtime: 'nvidia',
    });
  });

  it('binds host directories, the bundle and named volumes', () => {
    const spec = aSpec({
      mounts: [
        { kind: 'bind', source: '/data', target: '/d', mode: 'ro' },
        { kind: 'bundle', target: '/job', mode: 'rw' },
        { kind: 'volume', name: 'cache', target: '/c', mode: 'rw' },
      ],
    });
    expect(planContainer(spec, replica, facts).body['HostConfig']).toMatchObject({
      Binds: ['/data:/d:ro', '/jobs/train:/job:rw', 'cache:/c:rw'],
    });
  });

  it('keeps the labels of the user but lets none of them stand for ours', () => {
    const spec = aSpec({ labels: { team: 'vision', [LABELS.uid]: 'forged', [LABELS.gpus]: '0,1' } });
    expect(planContainer(spec, replica, { ...facts, gpuIds: ['3'] }).body['Labels']).toEqual({
      team: 'vision',
      [LABELS.uid]: replica.uid,
      [LABELS.jobId]: 'train',
      [LABELS.role]: 'main',
      [LABELS.replica]: '0',
      [LABELS.attempt]: '2',
      [LABELS.epoch]: '1.7',
      [LABELS.engineId]: 'ENGINE',
      [LABELS.host]: 'alpha',
      [LABELS.gpus]: '3',
    });
  });

  it('shows a job the GPUs it holds and no others, and its own id', () => {
    const spec = aSpec({ environment: ['A=1', 'NVIDIA_VISIBLE_DEVICES=all', 'FOUNDATIONS_JOB_ID=other', 'B=x=y'] });
    expect(planContainer(spec, replica, { ...facts, gpuIds: ['0', '2'] }).body['Env']).toEqual([
      'A=1',
      'B=x=y',
      'NVIDIA_VISIBLE_DEVICES=0,2',
      'FOUNDATIONS_JOB_ID=train',
    ]);
  });

  it('names the container for people, and unmistakably where that name is taken', () => {
    const plan = planContainer(aSpec(), replica, facts);
    expect(plan.name).toBe('train-abcdef-2');
    expect(planContainer(aSpec(), { ...replica, replica: 3 }, facts).name).toBe('train-abcdef-2-3');
    expect(planContainer(aSpec({ name: 'mine' }), replica, facts).name).toBe('mine');
    expect(unmistakableName(plan, replica)).toBe('train-abcdef-2-01jd0000000000000000abcdef-main-0-1.7');
  });
});
