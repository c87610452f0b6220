import { Type } from 'class-transformer';
import { ArrayMinSize, IsArray, ValidateBy, ValidateNested } from 'class-validator';
import { readTrustedBlock } from './address-block.js';

const BLOCKS = 'a CIDR block such as 192.168.0.0/24 from its first address on, or a list of them';
const USERNAMES = 'a list of at least one user name, each once';

/** A network, and who may sign in from it without a password. */
export class TrustedNetwork {
  @ValidateBy({ name: 'blocks', validator: { validate: areBlocks } }, { message: BLOCKS })
  readonly cidr!: string | readonly string[];

  @ValidateBy({ name: 'usernames', validator: { validate: areUsernames } }, { message: USERNAMES })
  readonly users!: readonly string[];
}

/** The options of a first factor of type `trusted_networks`, as they are written in the file. */
export class TrustedNetworksOptions {
  @IsArray({ message: 'a list of at least one network' })
  @ArrayMinSize(1, { message: 'a list of at least one network' })
  @ValidateNested({ each: true })
  @Type(() => TrustedNetwork)
  readonly networks!: readonly TrustedNetwork[];
}

function areBlocks(value: unknown): boolean {
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  return (
    texts.length > 0 &&
    texts.every((text) => typeof text === 'string' && readTrustedBlock(text) !== null)
  );
}

function areUsernames(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size < value.length) {
    return false;
  }
  return value.every((name) => typeof name === 'string' && name !== '');
}
