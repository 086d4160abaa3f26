import { Int } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { CustomSchemaType } from './custom-schema.type.ts';

const stock = {
  recordsCount: { type: () => Int, description: 'How many records had the extension already.' },
  misfitsCount: {
    type: () => Int,
    description: 'How many of their values do not fit. They stay as they are until another is written.',
  },
};

export const CreateCustomSchemaPayload = payloadType('CreateCustomSchemaPayload', 'What declaring a schema answers.', {
  customSchema: { type: () => CustomSchemaType, description: 'The declared schema.' },
  ...stock,
});

export const UpdateCustomSchemaPayload = payloadType('UpdateCustomSchemaPayload', 'What changing a schema answers.', {
  customSchema: { type: () => CustomSchemaType, description: 'The schema as it now stands.' },
  ...stock,
});
