import { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/**
 * Connections on which no request is being answered: nothing was ever sent, as by browsers and load
 * balancers that open them in advance, or a request that was not sent to its end. Node does not take
 * them for idle, and a server that closes would wait for them.
 */
export class SilentConnections {
  /** Each with the number of its requests that are being answered. */
  private readonly sockets = new Map<Socket, number>();
  private hasEnded = false;

  /** To be called before the server listens. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      // A server accepts connections up to the moment in which it closes.
      if (this.hasEnded) socket.destroy();
      this.sockets.set(socket, 0);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.count(socket, 1);
      response.once('close', () => this.count(socket, -1));
    });
  }

  /** Ends them, and whichever are still made. */
  end(): void {
    this.hasEnded = true;
    for (const [socket, requests] of this.sockets) if (requests === 0) socket.destroy();
  }

  private count(socket: Socket, change: 1 | -1): void {
    const requests = this.sockets.get(socket);
    if (requests !== undefined) this.sockets.set(socket, requests + change);
  }
}
