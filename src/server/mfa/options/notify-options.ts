import { Type } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsOptional, Matches, ValidateNested } from 'class-validator';
import { NOTIFY_OPTIONS } from '../../../mfa/handlers/notify/index.js';
import { webhookSecret, webhookUrl } from '../../config/values/webhook-formats.js';
import { IsOfFormat } from './is-of-format.js';
import { optionsClassOf } from './options-class-of.js';

const ID = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const IDS = { each: true, message: 'a list of ids of destinations' };

/** One destination of a factor of type `notify`, as it is written in the file. */
export class NotifyDestinationOptions {
  @Matches(ID, { message: 'lower-case letters, digits, "_", "-" and ".", at most 64' })
  readonly id!: string;

  @Matches(/^(?=.*\S)[^\p{Cc}\p{Cs}]{1,64}$/u, { message: 'a text of 1 to 64 characters' })
  readonly name!: string;

  @IsOfFormat(webhookUrl)
  readonly url!: string;

  @IsOptional()
  @IsOfFormat(webhookSecret)
  readonly secret?: string;
}

/** The options of a factor of type `notify`, as they are written in the file. */
export class NotifyOptions extends optionsClassOf(NOTIFY_OPTIONS) {
  @IsOptional()
  @IsArray({
    message: 'a list of at least one destination, each with id, name, url and perhaps a secret',
  })
  @ArrayNotEmpty({
    message: 'a list of at least one destination, each with id, name, url and perhaps a secret',
  })
  @ValidateNested({ each: true })
  @Type(() => NotifyDestinationOptions)
  readonly destinations?: readonly NotifyDestinationOptions[];

  @IsOptional()
  @IsArray({ message: IDS.message })
  @Matches(ID, IDS)
  readonly include?: readonly string[];

  @IsOptional()
  @IsArray({ message: IDS.message })
  @Matches(ID, IDS)
  readonly exclude?: readonly string[];
}
