import { jest } from '@jest/globals';
import { pipelinedAnswers } from '../../support/pipelined-requests.js';
import { startServer, type TestServer } from '../../support/server.js';

describe('one connection that sends many requests at once', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({}, { races: true });
  });
  afterAll(() => server.stop());

  it.each(['/health/live', '/api/docs-json', '/nothing'])(
    'has ten of them answered, of %s, and is ended',
    async (path) => {
      const answers = await pipelinedAnswers(server.url, path, 1600);
      expect(answers).toHaveLength(10);
      expect(answers.map(({ isLast }) => isLast)).toEqual([...Array(9).fill(false), true]);
      expect((await server.get('//health/live')).status).toBe(200);
    },
  );

  it.each(['json', 'yaml'])('has the document written once, as %s', async (form) => {
    const first = await server.get(`//api/docs-${form}`);
    const write = jest.spyOn(JSON, 'stringify');
    const second = await server.get(`//api/docs-${form}`);
    const longest = Math.max(0, ...write.mock.results.map(({ value }) => String(value).length));
    write.mockRestore();
    expect(second.text).toBe(first.text);
    expect(longest).toBeLessThan(first.text.length / 2);
  });
});
