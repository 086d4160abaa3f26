/** Tables of the simulated tenant. Names in other scripts carry their Latin spelling, which the userPrincipalName needs. */
export interface SampleName {
  text: string;
  latin?: string;
}

interface SampleSite {
  office: string;
  streetAddress: string;
  city: string;
  state: string;
  postalCode: string;
  country: string;
  phonePrefix: string;
  preferredLanguage: string;
}

const plain = (names: string): SampleName[] => names.split(', ').map((text) => ({ text }));

export const givenNames: readonly SampleName[] = [
  ...plain(
    'Ada, Grace, Amélie, Björn, Zoë, Søren, Łukasz, Renée, José, María José, Jean-Baptiste, Siobhán, Niamh, Ngozi',
  ),
  ...plain(
    'Chukwuemeka, Aoife, Thị Minh Khai, Đức, Ayşe, İpek, Gökçe, Jürgen, Käthe, Ólafur, Þóra, Æsa, Åsa, Nuño, Chloë',
  ),
  ...plain(
    'Priya, Arjun, Venkatanarasimharajuvaripeta, Fatima, Omar, Nurul, Tane, Keanu, Wanjiru, Thabo, Olivia, Liam',
  ),
  ...plain("D'Andre, Ta'Shawn, Mary-Kate, Giuseppe, Chiara, Zdeněk, Božena, Rūta, Jānis, Õnne, Ştefan, Anne-Sophie"),
  { text: '花子', latin: 'Hanako' },
  { text: '大輔', latin: 'Daisuke' },
  { text: '伟', latin: 'Wei' },
  { text: '민준', latin: 'Minjun' },
  { text: 'Ольга', latin: 'Olga' },
  { text: 'Ελένη', latin: 'Eleni' },
  { text: 'محمد', latin: 'Mohammed' },
  { text: 'נועה', latin: 'Noa' },
];

export const surnames: readonly SampleName[] = [
  ...plain(
    "Lovelace, Hopper, O'Brien, O'Connor, D’Angelo, D'Souza, Müller, Groß, Łuczak, Sørensen, Ångström, García Márquez",
  ),
  ...plain(
    'Nguyễn, Trần, Öztürk, Işık, Yılmaz, Þorvaldsdóttir, Guðmundsson, van der Berg, de la Cruz, von Hohenlohe-Öhringen',
  ),
  ...plain(
    'Wolfeschlegelsteinhausenbergerdorff, Ramanujan, Venkataraman, Okonkwo, Adeyemi, Mbeki, Smith, Jones, St. John',
  ),
  ...plain(
    "N'Dour, Keahi'olalo, Dvořák, Čapek, Kalniņš, Tamm, Popescu, Ionescu, Esposito, Ferrari, Al-Khwarizmi, Ben-David",
  ),
  { text: '田中', latin: 'Tanaka' },
  { text: '王', latin: 'Wang' },
  { text: '김', latin: 'Kim' },
  { text: 'Иванова', latin: 'Ivanova' },
  { text: 'Παπαδοπούλου', latin: 'Papadopoulou' },
  { text: 'حسن', latin: 'Hassan' },
];

export const departments: readonly string[] = [
  'Marketing',
  'Field Sales',
  'Inside Sales',
  'Human Resources',
  'Finance & Controlling',
  'Research and Development',
  'Legal, Risk & Compliance',
  'IT',
  'Customer Success',
  'Facilities',
  'Tour Operations',
  'Retail',
  'Forschung',
  'Ressources humaines',
];

export const groupSuffixes: readonly string[] = [
  'EMEA',
  'APAC',
  'Americas',
  'Global',
  'Leads',
  'All',
  'Externals',
  'Q1',
];

export const jobTitles: readonly string[] = [
  'Engineer',
  'Senior Engineer',
  'Account Executive',
  'Brand Manager',
  'Controller',
  'Counsel (Data Protection)',
  'Chef de projet',
  'Leiterin Einkauf',
  'VP, Sales',
  'Director',
  'Analyst',
  'Support Specialist II',
];

export const sites: readonly SampleSite[] = [
  {
    office: '18/2111',
    streetAddress: '1 Microsoft Way',
    city: 'Redmond',
    state: 'WA',
    postalCode: '98052',
    country: 'United States',
    phonePrefix: '+1 425 555',
    preferredLanguage: 'en-US',
  },
  {
    office: 'Zürich 3. OG',
    streetAddress: 'Bahnhofstraße 21',
    city: 'Zürich',
    state: 'ZH',
    postalCode: '8001',
    country: 'Schweiz',
    phonePrefix: '+41 44 555',
    preferredLanguage: 'de-CH',
  },
  {
    office: "Côte d'Azur",
    streetAddress: "12 bis, rue de l'Église",
    city: 'Nice',
    state: "Provence-Alpes-Côte d'Azur",
    postalCode: '06000',
    country: 'France',
    phonePrefix: '+33 4 55 55',
    preferredLanguage: 'fr-FR',
  },
  {
    office: 'London (City)',
    streetAddress: '5 St Mary Axe',
    city: 'London',
    state: 'England',
    postalCode: 'EC3A 8AA',
    country: 'United Kingdom',
    phonePrefix: '+44 20 7946',
    preferredLanguage: 'en-GB',
  },
  {
    office: '東京本社',
    streetAddress: '千代田区丸の内1-1-1',
    city: '東京',
    state: '東京都',
    postalCode: '100-0005',
    country: '日本',
    phonePrefix: '+81 3 5555',
    preferredLanguage: 'ja-JP',
  },
  {
    office: 'São Paulo 4',
    streetAddress: 'Av. Paulista, 1578',
    city: 'São Paulo',
    state: 'SP',
    postalCode: '01310-200',
    country: 'Brasil',
    phonePrefix: '+55 11 5555',
    preferredLanguage: 'pt-BR',
  },
];
