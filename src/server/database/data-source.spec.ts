import { EventEmitter } from 'node:events';
import { serverDataSourceOptions } from './data-source.js';

describe('serverDataSourceOptions', () => {
  it('has a connection that breaks before anybody uses it end nothing but itself', () => {
    const { extra } = serverDataSourceOptions({
      url: 'postgres://localhost/x',
      maxConnections: 1,
      preparesStatements: false,
    });
    const client = Object.assign(new EventEmitter(), { query: () => Promise.resolve() });
    void extra.onConnect(client);
    expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow();
  });
});
