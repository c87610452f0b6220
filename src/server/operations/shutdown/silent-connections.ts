import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/**
 * Connections without a request under way: opened in advance by browsers and load balancers, or
 * with a request that was never sent to its end. Node does not count them as idle, so a closing
 * server would wait for them.
 */
export class SilentConnections {
  /** The number of requests under way, by connection. */
  private readonly sockets = new Map<Socket, number>();
  private hasEnded = false;

  /** Call this before the server listens. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      // A server accepts connections until it closes.
      if (this.hasEnded) socket.destroy();
      this.sockets.set(socket, 0);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.count(socket, 1);
      response.once('close', () => this.count(socket, -1));
    });
  }

  /** Destroys them, and all later connections. */
  end(): void {
    this.hasEnded = true;
    for (const [socket, requests] of this.sockets) if (requests === 0) socket.destroy();
  }

  private count(socket: Socket, change: 1 | -1): void {
    const requests = this.sockets.get(socket);
    if (requests !== undefined) this.sockets.set(socket, requests + change);
  }
}
