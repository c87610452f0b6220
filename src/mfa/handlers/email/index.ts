export { EmailHandler, emailHandler } from './email.handler.js';
export { type CodeMessageTexts, ENGLISH_CODE_MESSAGE } from './code-message-texts.js';
export { EmailFields } from './email.fields.js';
export { EMAIL_HANDLER_OPTIONS, EMAIL_OPTIONS, type EmailHandlerOptions } from './email.options.js';
export { type EmailMessage, EmailSender } from './email-sender.js';
