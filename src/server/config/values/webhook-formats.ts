import { format, type Format, textThat } from './formats.js';

const LEAST_SECRET_BYTES = 24;
const MOST_SECRET_BYTES = 64;

/** Ports that `fetch` refuses [Fetch Standard, "bad port"], and 0. */
const BAD_PORTS = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102,
  103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465,
  512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993,
  995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668,
  6669, 6679, 6697, 10080,
]);

/** The address of a web service. */
export const webhookUrl: Format<string> = textThat(
  isWebhookUrl,
  'a URL that begins with https:// or http://, without a user, a password or a fragment, and not on a port of another service such as 25 or 5060',
);

/** `whsec_` and 24 to 64 bytes in base64 [Standard Webhooks 1.0, "Signature scheme"]. */
export const webhookSecret: Format<Buffer> = format(
  `whsec_ and ${LEAST_SECRET_BYTES} to ${MOST_SECRET_BYTES} random bytes in base64`,
  (text) => {
    const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
    const secret = Buffer.from(base64 ?? '', 'base64');
    const isLongEnough = secret.length >= LEAST_SECRET_BYTES;
    return isLongEnough && secret.length <= MOST_SECRET_BYTES ? secret : undefined;
  },
);

function isWebhookUrl(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { username, password, hash, port } = new URL(text);
  // `fetch` refuses these too, but only when the first code is sent.
  if (port !== '' && BAD_PORTS.has(Number(port))) return false;
  return username === '' && password === '' && hash === '';
}
