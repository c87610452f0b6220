import { type DataSource } from 'typeorm';
import { DrainState } from '../shutdown/drain-state.js';
import { HealthController } from './health.controller.js';

function controllerWith(query: () => Promise<unknown>, drain = new DrainState()): HealthController {
  // Of the data source, the controller uses `query` alone.
  return new HealthController({ query } as unknown as DataSource, drain);
}

describe('HealthController', () => {
  it('is live without asking the database', () => {
    const controller = controllerWith(() => Promise.reject(new Error('asked')));
    expect(controller.live()).toEqual({ status: 'ok' });
  });

  it('is ready when the database answers', async () => {
    await expect(controllerWith(() => Promise.resolve([])).ready()).resolves.toEqual({
      status: 'ok',
    });
  });

  it('is not ready when the process drains', async () => {
    const drain = new DrainState();
    drain.begin();
    const controller = controllerWith(() => Promise.resolve([]), drain);
    await expect(controller.ready()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is not ready when the database does not', async () => {
    const controller = controllerWith(() => Promise.reject(new Error('ECONNREFUSED')));
    await expect(controller.ready()).rejects.toMatchObject({ code: 'unavailable' });
  });
});
