import { attribute, list, reference, type SchemaTable } from './attribute.ts';
import { GROUP_SCHEMA } from './urns.ts';

/** RFC 7643 §4.2. */
export const groupSchema: SchemaTable = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute('displayName', 'The name of the group.', {
      required: true,
      uniqueness: 'server',
      maxLength: 512,
      search: 'column',
    }),
    list(
      'members',
      'The users of the group; groups in groups are not supported.',
      [
        attribute('value', 'The id of the user.', { caseExact: true, mutability: 'immutable' }),
        reference('$ref', 'The address of the user.', ['User'], { mutability: 'immutable' }),
        attribute('display', 'The name of the user.', { mutability: 'readOnly' }),
        attribute('type', 'The resource type of the member.', { mutability: 'immutable', canonicalValues: ['User'] }),
      ],
      { keptApart: true },
    ),
  ],
};
