import { APP_OPTIONS } from '../../../mfa/handlers/app/index.js';
import { optionsClassOf } from './options-class-of.js';

/** The options of a factor of type `app`, as they are written in the file. */
export class AppOptions extends optionsClassOf(APP_OPTIONS) {}
