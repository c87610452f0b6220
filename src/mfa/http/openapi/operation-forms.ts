import { MAX_EPHEMERAL_TOKEN_LENGTH } from '../../core/keys/ephemeral-token.js';
import { LONGEST_PASSWORD } from '../../core/ports/password-fields.js';
import { MAX_CODE_LENGTH } from '../../contract/normalize-text.js';
import { EPHEMERAL_TOKEN_PLACEHOLDER } from '../dto/login.bodies.js';
import { STEP_UP_TOKEN_PLACEHOLDER } from '../dto/step-up.bodies.js';
import { REMEMBER_DEVICE } from '../requests/remember-device.js';
import {
  type FieldSchemas,
  type FixedFields,
  type Form,
  HandlerForms,
  objectOf,
} from '../schemas/handler-forms.js';
import { exampleOf } from '../schemas/open-api-schema.js';
import { OPERATIONS } from './operations.js';

/** The body of one operation. */
type OperationForm = readonly [operationId: string, form: Form, isRequired: boolean];

/** The bodies that depend on the registered handlers. */
export function formsByOperation(
  forms: HandlerForms,
  methods: readonly string[],
  remembersDevices: boolean,
): readonly OperationForm[] {
  return [
    [OPERATIONS.setUpMethod, forms.setUp(), true],
    [OPERATIONS.confirmMethod, confirmation(forms), true],
    [OPERATIONS.makeMethodPrimary, primary(forms, methods), true],
    [OPERATIONS.deactivateMethod, deactivation(forms), true],
    [OPERATIONS.deleteMethod, deletion(forms, methods), true],
    [OPERATIONS.removeAuthenticator, removal(forms), false],
    [OPERATIONS.verifyLogin, login(forms, remembersDevices), true],
    [OPERATIONS.verifyStepUp, stepUp(forms), true],
    [OPERATIONS.regenerateBackupCodes, regeneration(forms), true],
  ];
}

/** Also names one of several authenticators. */
function confirmation(forms: HandlerForms): Form {
  const fields: FixedFields = (methods) => ({
    ...HandlerForms.methodField(methods),
    optional: {
      authenticator_id: {
        type: 'string',
        format: 'uuid',
        description: 'Needed where several authenticators of the method await their confirmation.',
      },
    },
  });
  return forms.proof({ name: 'ConfirmMethod', fields, takesBackupCode: false });
}

/** The proof, if the server asks for one, is that of the present primary method. */
function primary(forms: HandlerForms, methods: readonly string[]): Form {
  const { required } = HandlerForms.methodField(methods);
  const fields: FixedFields = () => ({ required });
  const { alternatives, examples } = forms.proof({
    name: 'MakeMethodPrimary',
    fields,
    takesBackupCode: true,
  });
  const primary_code = {
    type: 'string',
    minLength: 1,
    maxLength: MAX_CODE_LENGTH,
    description:
      'A code of the present primary method or a backup code, where the server asks for a proof.',
    example: '123456',
  };
  const byCode = objectOf({ required, optional: { primary_code } });
  return {
    alternatives: [forms.add('MakeMethodPrimaryByCode', byCode), ...alternatives],
    examples: { ...withoutProof(methods), ...examples },
  };
}

function deactivation(forms: HandlerForms): Form {
  const fields = HandlerForms.methodField;
  return forms.proof({ name: 'DeactivateMethod', fields, takesBackupCode: false });
}

/** The server asks for a proof only if it is configured to. */
function deletion(forms: HandlerForms, methods: readonly string[]): Form {
  const fields = HandlerForms.methodField;
  const { alternatives, examples } = forms.proof({
    name: 'DeleteMethod',
    fields,
    takesBackupCode: true,
  });
  const methodOnly = objectOf(fields(methods));
  return {
    alternatives: [forms.add('DeleteMethodWithoutProof', methodOnly), ...alternatives],
    examples: { ...withoutProof(methods), ...examples },
  };
}

function withoutProof(methods: readonly string[]): Form['examples'] {
  const [method] = methods;
  if (method === undefined) return {};
  return { without_proof: { summary: 'Without a proof', value: { method } } };
}

/** The proof alone: the path names the authenticator. */
function removal(forms: HandlerForms): Form {
  return forms.proof({ name: 'RemoveAuthenticator', takesBackupCode: true });
}

function regeneration(forms: HandlerForms): Form {
  return forms.proof({ name: 'RegenerateBackupCodes', takesBackupCode: false });
}

/** Where devices are remembered, it may ask for that. */
function login(forms: HandlerForms, remembersDevices: boolean): Form {
  const { required } = tokenField(EPHEMERAL_TOKEN_PLACEHOLDER);
  const optional = { [REMEMBER_DEVICE]: { type: 'boolean', default: false } };
  return verification(
    'VerifyLogin',
    remembersDevices ? { required, optional } : { required },
    forms,
  );
}

/** An ephemeral token with a proof or a backup code. */
function verification(name: string, fields: FieldSchemas, forms: HandlerForms): Form {
  const form = forms.proof({ name, fields: () => fields, takesBackupCode: true });
  if (form.alternatives.length === 0) return form;
  const value = { ...exampleOf(objectOf(fields)), code: '<backup code>' };
  return {
    ...form,
    examples: { ...form.examples, backup_code: { summary: 'A backup code', value } },
  };
}

/** A step-up of a subject without a method asks for the password. */
function stepUp(forms: HandlerForms): Form {
  const placeholder = STEP_UP_TOKEN_PLACEHOLDER;
  const { required } = tokenField(placeholder);
  const { alternatives, examples } = verification('VerifyStepUp', { required }, forms);
  const password = { type: 'string', format: 'password', maxLength: LONGEST_PASSWORD };
  const byPassword = objectOf({ required: { ...required, password } });
  const value = { ephemeral_token: placeholder, password: '<password>' };
  return {
    alternatives: [...alternatives, forms.add('VerifyStepUpWithPassword', byPassword)],
    examples: { ...examples, password: { summary: 'The password', value } },
  };
}

const tokenField = (placeholder: string) => ({
  required: {
    ephemeral_token: {
      type: 'string',
      maxLength: MAX_EPHEMERAL_TOKEN_LENGTH,
      example: placeholder,
    },
  },
});
