/** A server that runs as a process of its own. */
export interface ChildServer {
  /** On the loopback. */
  readonly port: number;
  readonly pid: number;
  /** From its start as a process until it said that it was ready. */
  readonly startMilliseconds: number;
  /** All that it has printed so far. */
  output(): string;
  /** Its exit code once it has ended; null: it was killed. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export function startChildServer(
  script: string,
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<ChildServer>;
