/**
 * Words of which names of sites are made: everyday English, trade and technology, first names, places, and some
 * German, French, Spanish and Italian. Written for this project; scripts/gen-bigrams.ts counts their letters.
 */
export const COMMON_WORDS = `
able about above academy access account action active adventure advice agency agent air airline alarm album alert all
alliance alpha alpine amazing amber ambulance anchor angel animal answer antique apartment api app apple april archive
arena army art article artist assist atlas atom auction audio august auto autumn avenue award baby back bag bakery balance
ball bank bar base basket bath battery bay beach bear beauty bed bee beer bell berry best beta better bicycle bike bird
birth black blog blue board boat body bond book boost boot border boston bottle box boy brain brand bread break bridge
bright bring broker brother brown browser budget bug build building bus business butter button buy cable cake calendar
call camera camp campus canada candle candy capital car carbon card care career cargo cart case cash castle casual cat
catalog cell center central century certificate chain chair change channel chapter charge charity charm chart chat cheap
check cheese chef chicken child china choice church cinema circle citizen city class classic clean clear click client
climate clinic clock cloud club coach coast code coffee cold collect college color column comedy comfort comic common
community company compare computer concert connect console contact content control cook cool copper copy coral core
corner cosmos cost cottage country county coupon course court cover craft create creative credit crew cricket cross
crown cruise crystal culture cup customer cycle daily dance dark data date day deal dear decor deep delivery delta demo
dental desert design desk detail develop device dial diamond diet digital dinner direct director directory discount
discover dish disk doctor document dog dollar domain door double down download dragon dream dress drink drive drop drum
dry dynamic eagle early earth east easy echo economy edge edit education effect egg electric element elite email emerald
empire energy engine english enter entry equal escape estate europe event ever evolution example exchange exclusive
expert explore export express extra eye fabric face factor factory fair faith falcon family fan farm fashion fast father
favorite feather feed field fight figure file film filter final finance find fire first fish fit fitness flag flash fleet
flight float floor flow flower fly focus follow food foot football force forest forever form format forum forward
foundation fox frame france free freedom fresh friend front fruit fuel full fun fund future galaxy gallery game garage
garden gas gate gateway general genius gentle germany gift girl give glass global glory gold golden golf good gospel
grace grand graph graphic grass gray great green grid ground group grow growth guard guest guide guitar gulf habit hair
half hall hammer hand happy harbor hard harmony harvest hat hawk head health hear heart heat heaven heavy help herald
heritage hero high highway hill history hobby holiday home honest honey hope horizon horse hospital host hot hotel hour
house human hunt hunter ice icon idea image impact import income index india indie industry info inn innovation input
inside insight institute insurance intel interior internet invest iron island item jacket january japan jazz jet jewel
job join journal journey joy judge juice jump june jungle junior justice keep kernel key kid kind king kingdom kit kitchen
kiwi knight know knowledge lab label ladder lady lake lamp land lane language laptop large laser last laugh launch laundry
law lead leader leaf league learn leather legacy legal legend lemon level liberty library life light like lime limit line
link lion liquid list little live local lock lodge logic logo london long look lotus love low loyal luck lucky lunch
luxury machine magazine magic mail main make mall man manager map marble march marine mark market marketing mary mask
master match material math matrix meadow meal media medical meet member memory mental menu merchant mercury message metal
meter method metro micro middle mile milk million mind mine mini minute mirror mission mix mobile model modern moment
money monitor month moon more morning mortgage mother motion motor mountain mouse move movie museum music nation national
native natural nature near neo net network new news next nice night noble node noise north note nova november now number
nurse nutrition oak ocean october office official oil old olive one online open opera optic option orange orbit order
organic origin outdoor outlet output oxford pacific pack page paint palace palm panda panel paper paradise parent paris
park part partner party pass passion past path patient pattern pay peace peak pearl pen people pepper perfect perform pet
phoenix phone photo physics piano picture piece pilot pine pink pioneer pipe pixel pizza place plan plane planet plant
plastic plate platform play player plaza plus pocket poem point polar police policy pool pop portal portrait post pot
power practice premier premium present press price pride prime prince print private prize pro product profile profit
program project promise proof property protect provider public pulse pump pure purple push quality quantum queen quest
question quick quiet quote rabbit race radar radio rail rain rainbow ranch random range rapid rare rate raven read ready
real record recovery red reef refresh region relay remote rent rental repair report rescue research reserve resort
resource rest restaurant result retail review reward rice rich ride right ring rise river road robot rock rocket role
roof room root rose round route royal ruby rule run rural safe safety sail saint sale salon salt sample sand santa satellite
save scale school science scope score scout screen script sea search season seat second secret secure security seed select
self senior sense september serve server service session seven shadow shape share sharp shell shelter shield shine ship
shirt shoe shop short show side sign signal silk silver simple sister site six size skill skin sky sleep slice smart smile
smoke smooth snow soccer social soft software soil solar solid solution song sonic soul sound source south space spark
speak special speed spice spider spin spirit sport spot spring square stable staff stage stand standard star start state
station status steel stella step stock stone stop storage store storm story stream street strong student studio study
style subject success sugar suite summer sun sunny super supply support sure surf survey swan sweet swift swim switch
symbol sync system table tablet tag talent talk tango target task taste tax taxi tea teach team tech technology telecom
temple ten tennis terra test texas text theater theme thing think thunder ticket tiger timber time tiny tip tire title
today token tool top total touch tour toy track trade tradition traffic trail train travel treasure tree trend tribe trip
true trust truth tube tulip tune turbo turn twin type ultra union unique unit united unity universal university update
upgrade urban user vacation valley value van vault vector vegan velocity venture venus verde version video view villa
village vine vintage vip virtual vision visit vista vital vivid voice volt vote voyage wagon walk wall warm watch water
wave way wealth wear weather web wedding week well west whale wheel white wide wild will win wind window wine wing winter
wire wise wish wolf woman wonder wood wool word work worker workshop world worth write yacht yard year yellow yes yoga
young youth zebra zen zero zone zoom
adam alan alex alice amanda amelia amy andrea andrew angela anna anthony arthur ashley barbara ben benjamin bernard betty
brian bruce carl carlos carol caroline charles charlotte chris christine claire daniel david deborah dennis diana donald
dorothy dylan edward eleanor elena elizabeth emily emma eric ethan eva evelyn felix frank gabriel george gerald gloria
gordon grace hannah harold harry heather helen henry isabella jack jacob james jane janet jason jean jennifer jeremy
jessica joan joe john jonathan jordan joseph joshua judith julia julie justin karen katherine keith kelly kenneth kevin
kyle laura lauren lawrence leo liam lily linda lisa logan louis lucas lucy luke madison margaret maria marie martha martin
mason matthew megan michael michelle mike mohammed nancy natalie nathan nicholas nicole noah nora oliver olivia oscar
pamela patricia patrick paul peter philip rachel raymond rebecca richard robert roger ronald rose russell ruth ryan samuel
sandra sara scott sean sophia stephanie stephen steven susan teresa theresa thomas timothy tyler victor victoria vincent
virginia walter wayne william zoe
alabama amsterdam arizona athens atlanta austin australia austria baltimore bangkok barcelona belgium berlin bombay
brazil bristol brooklyn brussels california cambridge chicago cleveland colorado columbia dallas delhi denmark denver
detroit dublin edinburgh egypt finland florida geneva georgia glasgow greece hamburg hawaii holland houston hungary
iceland indiana ireland israel istanbul italy jersey kansas kentucky kenya korea lisbon liverpool louisiana madrid
malaysia manchester manhattan melbourne memphis mexico miami michigan milan minnesota montana montreal moscow mumbai
munich nairobi nevada nigeria norway ohio oregon orlando oslo ottawa pakistan panama perth peru philadelphia poland
portland portugal prague richmond rome russia sacramento scotland seattle shanghai singapore spain stockholm sweden
switzerland sydney taiwan tampa tennessee thailand tokyo toronto turkey ukraine utah vancouver vegas vermont vienna
vietnam wales warsaw washington wellington wisconsin yorkshire zurich
analytics assets auth backup beacon billing bitcoin bot bucket build cache captcha cdn cert chrome cluster cms codec
compiler config cookie crypto cyber dashboard database debug deploy developer dns docker docs drupal edge encode endpoint
erp ethernet exchange extension fiber firewall firmware fonts ftp geo git graph grid hosting html http hub images img
inbox infra intranet invoice java javascript json kubernetes lan linux login logs mailbox malware metrics microsoft
mirror module monitoring mozilla mysql oauth office online optimizer oracle packet password payment payroll pixel plugin
podcast portal postgres printer privacy profile protocol proxy python query queue react redirect registry release render
repo router runtime saas sandbox scan scanner schedule scheduler sdk sensor seo shopify sip smtp snapshot socket spam ssl
static statistics storage streaming subscribe svn tag telemetry template tenant terminal theme thread ticket tracker
tracking tunnel ubuntu unix upload uptime url vendor virus voip vpn webmail webshop webinar website whois widget wifi
wiki windows wireless wordpress workflow workspace xml
apotheke arbeit auskunft bahn bau bauer berg bild blumen brot buch bund dienst dorf fabrik fahrrad familie ferien feuerwehr
film freizeit fuchs garten geld gemeinde gesund gesundheit handel handwerk haus heim hilfe hof holz immobilien kaufen
kinder kirche kleid koch kraft kunst land leben lehrer liebe luft markt maschine meister mode nachricht oster praxis
rathaus recht reise sache schloss schmidt schneider schule schwarz spiel sprache stadt stein strasse tag technik tier
urlaub verein verkehr verlag versicherung wald wasser weber wein welt werk wetter wirtschaft wohnung zahnarzt zeit zeitung
agence amour argent art assurance atelier avocat beau boutique cadeau chambre chat cheval cuisine eau ecole emploi enfant
fleur fromage gare immobilier jardin jeu jour journal lettre lumiere lycee mairie maison marche mariage merci monde
musee nature nuit papier pays plage plaisir pont prix produit sante savoir soleil sport temps terre toit vacances vente
ville vin voiture voyage
abogado agua amigo barrio cabeza calle camino campo casa cielo ciudad clinica cocina comida compra corazon cuenta deporte
dinero empresa escuela estrella familia fiesta flores fuego guerra hermano hijo historia hogar juego libre libro lugar
luna madre mercado mesa moda mujer mundo musica negocio noche noticias nuevo oro padre palabra playa pueblo salud seguro
sol sombra tiempo tienda tierra trabajo verano viaje viajes vida
albergo amici amore arte azienda bella bianco bosco calcio camera cantina carta casa centro cielo cucina donna estate
famiglia farmacia festa fiore forno gelato giardino giornale gioco italia lavoro libri mare mercato moda mondo montagna
musica negozio notte nuovo palazzo pane pizzeria primavera ristorante rosso scuola sole studio teatro terra verde viaggi
vino vita
`
  .trim()
  .split(/\s+/);
