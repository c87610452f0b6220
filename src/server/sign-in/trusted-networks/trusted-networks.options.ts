import { z } from 'zod';
import { format } from '../../config/values/formats.js';
import { asWhole, optionsSchema } from '../../config/values/read-entry-options.js';
import { readTrustedBlock } from './address-block.js';

const NETWORKS = 'a list of at least one network';

const block = format('a CIDR block', (text) => readTrustedBlock(text) ?? undefined);
const blocks = z.array(block).min(1);
const names = z.array(z.string().min(1)).min(1);

/** A network, and the users who may sign in from it without a password. */
export const trustedNetwork = optionsSchema({
  cidr: asWhole(
    z.union([block.transform((one) => [one]), blocks]),
    'a CIDR block such as 192.168.0.0/24 from its first address on, or a list of them',
  ),
  users: asWhole(
    names.refine((all) => new Set(all).size === all.length),
    'a list of at least one user name, each once',
  ),
});

/** The options of `trusted_networks`, as the file has them. */
export const trustedNetworksOptions = optionsSchema({
  networks: z.array(trustedNetwork, NETWORKS).min(1, NETWORKS),
});

/** As {@link trustedNetwork} reads it. */
export type TrustedNetwork = z.output<typeof trustedNetwork>;

/** As {@link trustedNetworksOptions} reads them. */
export type TrustedNetworksOptions = z.output<typeof trustedNetworksOptions>;
