import { type Attribute, attribute, complex, flag, list, reference, type SchemaTable } from './attribute.ts';
import { USER_SCHEMA } from './urns.ts';

/** value, display, type and primary of RFC 7643 §2.4, with the value of one attribute. */
function labelled(value: Attribute, canonicalTypes?: readonly string[]): Attribute[] {
  return [
    value,
    attribute('display', 'A name for people to read.'),
    attribute(
      'type',
      'A label such as "work" or "home".',
      canonicalTypes === undefined ? {} : { canonicalValues: canonicalTypes },
    ),
    flag('primary', 'True on the preferred value; at most one value has it.'),
  ];
}

const nameParts = [
  attribute('formatted', 'The full name, formatted for display.'),
  attribute('familyName', 'The family name.'),
  attribute('givenName', 'The given name.'),
  attribute('middleName', 'The middle name or names.'),
  attribute('honorificPrefix', 'A title before the name, such as "Ms.".'),
  attribute('honorificSuffix', 'A suffix after the name, such as "III".'),
];

const addressParts = [
  attribute('formatted', 'The full address, formatted for display; may hold line breaks.'),
  attribute('streetAddress', 'Street, house number and what belongs to them; may hold line breaks.'),
  attribute('locality', 'The city or locality.'),
  attribute('region', 'The state or region.'),
  attribute('postalCode', 'The postal code.'),
  attribute('country', 'The country, ISO 3166-1 alpha-2 by preference.'),
  attribute('type', 'A label such as "work" or "home".', { canonicalValues: ['work', 'home', 'other'] }),
  flag('primary', 'True on the preferred address; at most one has it.'),
];

/** The groups that the directory put the user in; the memberships themselves are written on the group. */
const groupParts = [
  attribute('value', 'The id of the group.', { caseExact: true, mutability: 'readOnly' }),
  reference('$ref', 'The address of the group.', ['Group'], { mutability: 'readOnly' }),
  attribute('display', 'The name of the group.', { mutability: 'readOnly' }),
  attribute('type', 'How the user belongs to the group.', {
    mutability: 'readOnly',
    canonicalValues: ['direct', 'indirect'],
  }),
];

/** RFC 7643 §4.1. */
export const userSchema: SchemaTable = {
  id: USER_SCHEMA,
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute('userName', 'The name by which the identity provider knows the user; unique in the directory.', {
      required: true,
      uniqueness: 'server',
      maxLength: 512,
      search: 'column',
    }),
    complex('name', 'The parts of the name.', nameParts),
    attribute('displayName', 'The name to show.', { maxLength: 512, search: 'column' }),
    attribute('nickName', 'The casual name.'),
    reference('profileUrl', 'The address of a page about the user.', ['external']),
    attribute('title', 'The job title.'),
    attribute('userType', 'The relation to the organization, such as "Employee".'),
    attribute('preferredLanguage', 'The preferred language, as in Accept-Language.'),
    attribute('locale', 'The locale for dates, numbers and currencies.'),
    attribute('timezone', 'The time zone, an Olson name by preference.'),
    flag('active', 'Whether the user may sign in.', { search: 'column', initial: true }),
    attribute('password', 'Accepted and ignored: people sign in through their identity provider.', {
      caseExact: true,
      mutability: 'writeOnly',
      returned: 'never',
    }),
    list(
      'emails',
      'E-mail addresses.',
      labelled(attribute('value', 'An e-mail address.', { maxLength: 512, search: 'key' }), ['work', 'home', 'other']),
    ),
    list(
      'phoneNumbers',
      'Phone numbers.',
      labelled(attribute('value', 'A phone number, kept as it was sent.', { maxLength: 512, search: 'key' }), [
        'work',
        'home',
        'mobile',
        'fax',
        'pager',
        'other',
      ]),
    ),
    list(
      'ims',
      'Instant messaging addresses.',
      labelled(attribute('value', 'An instant messaging address.'), [
        'aim',
        'gtalk',
        'icq',
        'xmpp',
        'msn',
        'skype',
        'qq',
        'yahoo',
      ]),
    ),
    list(
      'photos',
      'Addresses of pictures of the user.',
      labelled(reference('value', 'The address of a picture.', ['external']), ['photo', 'thumbnail']),
    ),
    list('addresses', 'Postal addresses.', addressParts),
    list('groups', 'The groups that the user belongs to.', groupParts, { mutability: 'readOnly' }),
    list('entitlements', 'Entitlements.', labelled(attribute('value', 'An entitlement.'))),
    list('roles', 'Roles.', labelled(attribute('value', 'A role.')), { decodesJsonValue: true }),
    list(
      'x509Certificates',
      'Certificates of the user.',
      labelled(
        attribute('value', 'A DER certificate in base64.', { type: 'binary', caseExact: true, maxLength: 65_536 }),
      ),
    ),
  ],
};
