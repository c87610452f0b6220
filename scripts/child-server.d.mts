/** A server that runs as a child process. */
export interface ChildServer {
  /** Its port on the loopback. */
  readonly port: number;
  readonly pid: number;
  /** From the start of the process until it was ready. */
  readonly startMilliseconds: number;
  /** Everything that it has printed so far. */
  output(): string;
  /** Its exit code once it has ended; null if a signal killed it. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export function startChildServer(
  script: string,
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<ChildServer>;
