// ## Handler of mailed codes
// `nestjs-mfa/handlers/email` needs an `EmailSender` of the host.
export { EmailHandler, emailHandler } from './email.handler.js';
export { type CodeMessageTexts, ENGLISH_CODE_MESSAGE } from './code-message-texts.js';
export { EMAIL_HANDLER_OPTIONS, EMAIL_OPTIONS, type EmailHandlerOptions } from './email.options.js';
export { type EmailMessage, EmailSender } from './email-sender.js';
