/** One key of a ring, as its text has it. */
export interface KeyEntry {
  readonly id: string;
  /** `next`: the key reads, and is promoted before it seals or signs. */
  readonly mark: 'next' | null;
  /** When another key replaced it; null: it is in use, or the time was not recorded. */
  readonly replacedAt: Date | null;
  /** Whether {@link bytes} are the key as a key management wrapped it. */
  readonly isWrapped: boolean;
  readonly bytes: Buffer;
}

const ENTRY =
  /^([\w-]{1,32})(?::(?:(next)|replaced-(\d{8}T\d{6}Z)))?(?::(wrapped))?:([A-Za-z0-9_-]+)$/;

/**
 * The entries of a ring, `id[:next|:replaced-<time>][:wrapped]:<base64url>` between commas. The first one
 * seals or signs, so it has no mark. Each id occurs once.
 *
 * @returns undefined for a text of another form
 */
export function readKeyEntries(text: string): readonly KeyEntry[] | undefined {
  const entries = text.split(',').map((part) => readEntry(part.trim()));
  const found = entries.filter((entry) => entry !== undefined);
  const [first] = found;
  const ids = new Set(found.map(({ id }) => id));
  const isSound = ids.size === entries.length && first?.mark === null && first.replacedAt === null;
  return isSound ? found : undefined;
}

/** The text that {@link readKeyEntries} reads. */
export function keyEntriesText(entries: readonly KeyEntry[]): string {
  return entries.map(entryText).join(',');
}

function readEntry(text: string): KeyEntry | undefined {
  const [, id, next, replaced, wrapped, key] = ENTRY.exec(text) ?? [];
  if (id === undefined || key === undefined) return undefined;
  const replacedAt = replaced === undefined ? null : readTime(replaced);
  if (replacedAt !== null && Number.isNaN(replacedAt.getTime())) return undefined;
  return {
    id,
    mark: next === undefined ? null : 'next',
    replacedAt,
    isWrapped: wrapped !== undefined,
    bytes: Buffer.from(key, 'base64url'),
  };
}

function entryText({ id, mark, replacedAt, isWrapped, bytes }: KeyEntry): string {
  return [
    id,
    ...(mark === null ? [] : [mark]),
    ...(replacedAt === null ? [] : [`replaced-${timeText(replacedAt)}`]),
    ...(isWrapped ? ['wrapped'] : []),
    bytes.toString('base64url'),
  ].join(':');
}

/** `20260131T120000Z`: without colons, which separate the parts of an entry [ISO 8601, basic format]. */
function timeText(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, '');
}

function readTime(text: string): Date {
  return new Date(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
}
