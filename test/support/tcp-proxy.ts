import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** How the proxy treats what clients send. */
type Mode =
  | { readonly kind: 'pass' }
  /** Nothing is passed on in either direction, on old connections and on new ones. */
  | { readonly kind: 'hold' }
  /** All connections break at a client's message: before it is passed on, or before its answer. */
  | { readonly kind: 'cut'; readonly at: number | RegExp; readonly when: 'before' | 'after' };

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Sits between a server and its database, and misbehaves on demand. */
export class TcpProxy {
  private readonly pairs = new Set<Pair>();
  private mode: Mode = { kind: 'pass' };
  private messages = 0;
  /** Whether a cut has been made since {@link TcpProxy.cut}. */
  hasCut = false;
  /** How many connections there have been. */
  connections = 0;

  private constructor(
    private readonly target: URL,
    private readonly server: Server,
    private readonly port: number,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** @param url of the database; the port may not be left out */
  static async start(url: string): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await listen(server, 0);
    // A TCP server has an address of this type.
    const { port } = server.address() as AddressInfo;
    return new TcpProxy(new URL(url), server, port);
  }

  /** The URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Ends all connections and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.breakAll();
    await closed;
  }

  /** Ends refusing, holding and cutting. */
  async recover(): Promise<void> {
    this.mode = { kind: 'pass' };
    for (const { client, upstream } of this.pairs) {
      client.resume();
      upstream.resume();
    }
    if (!this.server.listening) await listen(this.server, this.port);
  }

  hold(): void {
    this.mode = { kind: 'hold' };
    for (const { client, upstream } of this.pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** Leaves held connections silent for ever; new ones work. */
  abandonHeld(): void {
    this.mode = { kind: 'pass' };
  }

  /** @param at a message of any client: by number, where 1 is the next one, or by its text */
  cut(at: number | RegExp, when: 'before' | 'after'): void {
    this.mode = { kind: 'cut', at, when };
    this.messages = 0;
    this.hasCut = false;
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.refuse();
  }

  private join(client: Socket): void {
    this.connections += 1;
    const upstream = connect(Number(this.target.port), this.target.hostname);
    const pair = { client, upstream };
    this.pairs.add(pair);
    for (const socket of [client, upstream]) {
      // Otherwise answers in several parts wait for delayed acknowledgements.
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => this.part(pair));
    }
    client.on('data', (chunk) => this.pass(chunk, pair));
    upstream.on('data', (chunk) => client.write(chunk));
    if (this.mode.kind !== 'hold') client.resume();
  }

  private part(pair: Pair): void {
    this.pairs.delete(pair);
    pair.client.destroy();
    pair.upstream.destroy();
  }

  private pass(chunk: Buffer, pair: Pair): void {
    if (this.mode.kind !== 'cut' || !this.isAt(this.mode.at, chunk)) {
      pair.upstream.write(chunk);
      return;
    }
    this.hasCut = true;
    if (this.mode.when === 'before') {
      this.breakAll();
      return;
    }
    pair.upstream.removeAllListeners('data').once('data', () => this.breakAll());
    pair.upstream.write(chunk);
  }

  private isAt(place: number | RegExp, message: Buffer): boolean {
    if (this.hasCut) return false;
    this.messages += 1;
    return typeof place === 'number'
      ? place === this.messages
      : place.test(message.toString('latin1'));
  }

  private breakAll(): void {
    for (const pair of this.pairs) this.part(pair);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}
