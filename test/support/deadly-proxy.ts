import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { WireMessages } from './wire-messages.js';

/** The statement of the server at which it dies: by number, where 1 is the next one, or by its text. */
export type PlaceOfDeath = number | RegExp;

/** Before the database gets the statement, or after it has run it but before the server knows. */
export type TimeOfDeath = 'before' | 'after';

interface Doom {
  readonly at: PlaceOfDeath;
  readonly when: TimeOfDeath;
  readonly onDeath: () => void;
}

/** Parse, Bind, Describe and Execute: a statement is passed on only when it is complete. */
const PARTS = 'PBDE';
/** Query and Sync end a statement. */
const ENDS = 'QS';
const READY_FOR_QUERY = 'Z';
/** Type and length. */
const HEADER_BYTES = 5;

/**
 * Sits between one server and PostgreSQL until the server "dies" at a statement. From then on
 * nothing from it reaches the database, as after a SIGKILL.
 */
export class DeadlyProxy {
  private readonly sockets = new Set<Socket>();
  private doom: Doom | null = null;
  /** The statements since the doom was set, up to it. */
  private statements: string[] = [];
  /** True from the fatal statement on. */
  private isDying = false;
  private isDead = false;

  private constructor(
    private readonly target: URL,
    private readonly server: Server,
  ) {
    server.on('connection', (client) => this.join(client));
  }

  /** @param url of the database; the port may not be left out */
  static async start(url: string): Promise<DeadlyProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new DeadlyProxy(new URL(url), server);
  }

  /** The URL of the database through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    // A TCP server has an address of this type.
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** The statement at which the server died, or the last one of a living server. */
  get lastStatement(): string {
    return this.statements.at(-1) ?? 'no statement';
  }

  /** @param onDeath called at that moment; a real process must still be killed then */
  doomAt(at: PlaceOfDeath, when: TimeOfDeath, onDeath: () => void = () => {}): void {
    this.doom = { at, when, onDeath };
    this.statements = [];
  }

  /** Spares a server that has not reached its statement. @returns false if it is too late */
  spare(): boolean {
    if (!this.isDying) this.doom = null;
    return !this.isDying;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.breakAll();
    await closed;
  }

  private join(client: Socket): void {
    const upstream = connect(Number(this.target.port), this.target.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(socket);
      // Otherwise answers in several parts wait for delayed acknowledgements.
      socket.setNoDelay();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    if (this.isDead) client.destroy();
    this.passAnswers(upstream, client, this.passStatements(client, upstream));
  }

  /** @returns whether the server must not live to see the answer to the statement */
  private passStatements(client: Socket, upstream: Socket): () => boolean {
    const messages = new WireMessages(false);
    let parts: Buffer[] = [];
    let isLast = false;
    client.on('data', (chunk) => {
      for (const { type, bytes } of messages.read(chunk)) {
        parts.push(bytes);
        if (type !== '' && PARTS.includes(type)) continue;
        const statement = Buffer.concat(parts);
        parts = [];
        const isIt = type !== '' && ENDS.includes(type) && this.isFatal(statement);
        if (isIt && this.doom?.when === 'before') this.die();
        if (this.isDead) return;
        isLast ||= isIt;
        upstream.write(statement);
      }
    });
    return () => isLast;
  }

  private passAnswers(upstream: Socket, client: Socket, isLast: () => boolean): void {
    const messages = new WireMessages(true);
    upstream.on('data', (chunk) => {
      const isAnswered = messages.read(chunk).some(({ type }) => type === READY_FOR_QUERY);
      if (!isLast()) client.write(chunk);
      else if (isAnswered) this.die();
    });
  }

  /** Of several concurrent statements, the first is fatal. */
  private isFatal(statement: Buffer): boolean {
    if (this.doom === null || this.isDying) return false;
    const { at } = this.doom;
    const text = textOf(statement);
    this.statements.push(text);
    this.isDying = typeof at === 'number' ? this.statements.length === at : at.test(text);
    return this.isDying;
  }

  private die(): void {
    this.isDead = true;
    this.doom?.onDeath();
    this.breakAll();
  }

  private breakAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** The SQL and other text of a statement, for people. */
function textOf(statement: Buffer): string {
  return statement
    .toString('latin1', HEADER_BYTES)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim();
}
