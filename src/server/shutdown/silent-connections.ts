import { type Server } from 'node:http';
import { type Socket } from 'node:net';

/**
 * Connections on which nothing was ever sent, as browsers and load balancers open them in advance.
 * Node does not take them for idle, and a server that closes would wait for them.
 */
export class SilentConnections {
  private readonly sockets = new Set<Socket>();
  private hasEnded = false;

  /** To be called before the server listens. */
  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      // A server accepts connections up to the moment in which it closes.
      if (this.hasEnded) socket.destroy();
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** Ends them, and whichever are still made. */
  end(): void {
    this.hasEnded = true;
    for (const socket of this.sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
