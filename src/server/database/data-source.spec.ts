import { EventEmitter } from 'node:events';
import { serverDataSourceOptions } from './data-source.js';

describe('serverDataSourceOptions', () => {
  it('has a connection that breaks before anybody uses it end nothing but itself', () => {
    const { extra } = serverDataSourceOptions({
      url: 'postgres://localhost/x',
      maxConnections: 1,
      preparesStatements: false,
      statementTimeoutSeconds: 0,
    });
    const query = async () => ({ rows: [{ read_only: 'off' }] });
    const client = Object.assign(new EventEmitter(), { query, connection: new EventEmitter() });
    void extra.onConnect(client);
    expect(() => client.emit('error', new Error('terminating connection'))).not.toThrow();
  });
});
