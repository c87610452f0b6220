export { SmsHandler, smsHandler } from './sms.handler.js';
export { SmsFields } from './sms.fields.js';
export { SMS_HANDLER_OPTIONS, SMS_OPTIONS, type SmsHandlerOptions } from './sms.options.js';
export { SmsGateway, type SmsMessage } from './sms-gateway.js';
