import { EMAIL_OPTIONS } from '../../../mfa/handlers/email/index.js';
import { optionsClassOf } from './options-class-of.js';

/** The options of a factor of type `email`, as they are written in the file. */
export class EmailOptions extends optionsClassOf(EMAIL_OPTIONS) {}
