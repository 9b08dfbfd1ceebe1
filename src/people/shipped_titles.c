/*
 * shipped_titles.c
 *		The rules for job titles that come with the extension.
 *
 * Phrases are as they come: "vice-president" is also Vice President, V.P. is vp,
 * and simplified characters stand for traditional ones too.  A phrase may be in
 * one group for its seniority and in another one for its function.
 */
#include "postgres.h"

#include "people/titles.h"

const ShippedTitles shipped_titles[] = {
	/* ---- others are meant ---- */
	{"individual", "administration", NULL, "after",
		"assistant to|assistant to the|secretary to|secretary to the|aide to|ea to|pa to|personal assistant to|executive assistant to|"
	"admin to|administrative assistant to|support to|clerk to|office of the"},
	{NULL, NULL, NULL, "after", "former|formerly|ex|previously|retired|reporting to|reports to|advisor to the ceo|adviser to the ceo|supporting the"},
	{"individual", "administration", NULL, "before",
	"助理|秘书|特助|特别助理|文秘|ceo assistant|cto assistant|cfo assistant|president assistant"},
	{NULL, NULL, NULL, "before", "办公室文员"},

	/* ---- seniority: owners ---- */
	{"owner", NULL, NULL, NULL,
		"owner|co owner|business owner|founder|co founder|cofounder|founding partner|founding member|proprietor|partner|managing partner|"
		"general partner|senior partner|equity partner|shareholder|self employed|entrepreneur|angel investor|business angel|"
	"venture partner|franchisee|创始人|联合创始人|创办人|合伙人|老板|股东|业主|所有人|经营者|投资人|创始合伙人|实际控制人|个体户"},
	{"individual", NULL, NULL, NULL,
		"product owner|process owner|system owner|data owner|business partner|acquisition partner|talent acquisition partner|people business partner|talent partner|hr partner|people partner|client partner|"
		"customer partner|technology partner|inclusion partner|partner success|partner success manager|brand partner|finance partner|"
	"marketing partner|sales partner"},
	{"manager", "sales", NULL, NULL, "channel partner"},
	{"individual", "sales", NULL, NULL,
		"partner sales|partner development|partner relations|partner program|partner programs|partner management|strategic partner|"
	"strategic partners|alliance partner"},
	{"individual", "sales", NULL, NULL, "partner manager|channel partner manager|client partner manager|partner account manager"},
	{"individual", "marketing", NULL, NULL, "partner marketing"},
	{"individual", "finance", NULL, NULL, "investor relations|investor services|private equity investor"},

	/* ---- the top ---- */
	{"c_level", "executive", NULL, NULL,
		"member of the management board|member of the executive board|management board|branch ceo|ceo|chief executive|chief executive officer|co ceo|managing director|president and ceo|executive chairman|executive chairwoman|"
		"geschaeftsfuehrer|geschäftsführer|vorstand|directeur general|总经理|总裁|执行总裁|首席执行官|董事长|执行董事|副董事长|主席|理事长|会长|行长|"
	"院长|社长|所长|局长|台长|总干事|法定代表人|法人代表|法人|党委书记|执行委员会|执行委员会委员|执委|董事局主席|董事会主席|联席总裁|执行总经理|执行长|轮值董事长|集团总裁|书记"},
	{"c_level", NULL, NULL, NULL,
		"president|chairman|chairwoman|chairperson|chair|vice chairman|vice chairwoman|vice chair|md|chief officer|co president|"
	"chairman of the board|chairman of the board of directors|chief business officer|cbo|首席"},
	{"director", NULL, NULL, NULL, "chief"},
	{"director", "executive", NULL, NULL, "chief of staff|general manager|gm|deputy general manager|assistant general manager|branch director|head of mission|branch|country manager|分支机构经理|分支机构负责人|办事处经理|办事处负责人|分公司负责人|代表处负责人|分公司总经理|分公司经理|事业部总经理|事业部负责人|部总经理|区域总经理|大区总经理|首席代表"},
	{"c_level", "finance", NULL, NULL,
		"cfo|chief financial officer|chief finance officer|chief financial|chief finance|chief accounting officer|chief risk officer|cro risk|"
		"chief investment officer|chief credit officer|chief underwriting officer|chief operational risk officer|chief audit executive|"
	"首席财务官|首席风险官|首席投资官|首席会计官|首席经济学家"},
	{"c_level", "operations", NULL, NULL,
		"coo|chief operating officer|chief operations officer|chief operating|chief supply chain officer|chief quality officer|"
	"首席运营官|首席营运官|首席质量官|首席供应链官"},
	{"c_level", "engineering", NULL, NULL,
		"cto|chief technology officer|chief technical officer|chief technology|chief technical|chief scientific officer|chief science officer|"
	"chief research officer|chief engineering officer|cso scientific|首席技术官|首席科学家|首席科学官|首席研发官|首席架构师"},
	{"c_level", "it", NULL, NULL,
		"cio|chief information officer|chief information|ciso|chief information security officer|chief security officer|chief digital officer|"
	"chief digital information officer|cdio|首席信息官|首席信息安全官|首席数字官|首席安全官|信息总经理|资讯总经理"},
	{"c_level", "data", NULL, NULL, "chief data officer|chief analytics officer|chief ai officer|chief data and analytics officer|cdao|首席数据官"},
	{"c_level", "product", NULL, NULL,
	"cpo|chief product officer|chief product|chief design officer|chief experience officer|chief user experience officer|首席产品官|首席体验官"},
	{"c_level", "marketing", NULL, NULL,
		"cmo|chief marketing officer|chief marketing|chief brand officer|chief communications officer|chief communication officer|"
		"chief content officer|chief creative officer|chief creative|chief growth officer|chief philanthropy officer|chief media officer|"
	"首席营销官|首席市场官|首席品牌官|首席增长官|首席内容官|首席创意官"},
	{"c_level", "sales", NULL, NULL,
		"cro|chief revenue officer|chief revenue|chief sales officer|chief commercial officer|cco|chief partnerships officer|"
	"chief business development officer|chief development officer|首席商务官|首席销售官|首席营收官|首席商业官"},
	{"c_level", "service", NULL, NULL, "chief customer officer|chief client officer|chief customer success officer|chief service officer|首席客户官|首席服务官"},
	{"c_level", "hr", NULL, NULL,
		"chro|chief human resources|chief hr|chief human resources officer|chief human resource officer|chief hr officer|chief people officer|chief people|chief talent officer|"
	"chief learning officer|chief diversity officer|cho|首席人力资源官|首席人才官|首席人事官|人力资源vp cho"},
	{"c_level", "legal", NULL, NULL,
		"clo|general counsel|chief legal officer|chief legal operations|legal services|legal affairs operations|compliance operations|legal counsel|chief compliance officer|chief privacy officer|chief ethics officer|"
	"首席法务官|首席合规官|总法律顾问"},
	{"c_level", "administration", NULL, NULL, "cao|chief administrative officer|chief administration officer|首席行政官"},
	{"c_level", "strategy", NULL, NULL, "chief strategy officer|chief strategic officer|chief innovation officer|chief transformation officer|首席战略官|首席创新官"},
	{"c_level", "purchasing", NULL, NULL, "chief procurement officer|chief purchasing officer|首席采购官"},

	/* ---- vice presidents ---- */
	{"vp", NULL, NULL, NULL,
		"vice president|senior vice president|executive vice president|assistant vice president|associate vice president|group vice president|"
		"vp|svp|evp|avp|gvp|rvp|sr vp|vice pres|v president|corporate vice president|cvp|deputy ceo|deputy chief executive|"
	"associate vice chancellor|vice chancellor|vice provost|dvp|vicepresident|fvp|first vice president"},
	{"vp", "executive", NULL, NULL,
		"副总裁|副总经理|常务副总经理|常务副总|执行副总|执行副总裁|执行副总经理|高级副总裁|高级副总经理|资深副总经理|资深副总裁|副总|助理总裁|总裁助理级|协理|副行长|副院长|"
	"副局长|副会长|副理事长|副社长|副所长|副书记|党委副书记|党委委员|总支书记|副总干事"},
	{"vp", "engineering", NULL, NULL, "总工程师|总工|技术副总裁|技术副总|总设计师|研发副总裁|研发副总"},
	{"vp", "finance", NULL, NULL, "总会计师|总经济师|财务副总裁|财务副总|总审计师|总精算师"},
	{"vp", "legal", NULL, NULL, "董事会秘书|董秘|纪委书记"},

	/* ---- boards ---- */
	{"board", "executive", NULL, NULL,
		"board of trustees|boardmember|trustees|committee member|council member|member of the council|governing board|board member|board director|board of directors|board of advisors|director of the board|member of the board|"
		"member of the board of directors|board observer|non executive director|nonexecutive director|independent director|outside director|"
		"supervisory board|member of the supervisory board|board trustee|trustee|board advisor|ned|"
	"董事|独立董事|非执行董事|独立非执行董事|职工董事|职工代表董事|外部董事|监事|监事长|监事会主席|监事会主席团|职工监事"},
	{"board", "executive", "coach", NULL, "advisory board|advisory board member|member of the advisory board|board adviser"},

	/* ---- directors ---- */
	{"director", NULL, NULL, NULL,
		"director|leitung|executive director|dir|head|head of|global head|co head|principal director|associate director|managing principal|practice leader|practice lead|"
		"group head|division head|department head|dean|controller|comptroller|treasurer|publisher|associate publisher|"
	"总监|副总监|负责人|主管领导|处长|副处长|中心主任|院主任|司长|副司长|部门负责人|总负责人|资深总监|高级总监|主任医师长|署长"},
	{"director", "finance", NULL, NULL, "financial controller|corporate controller|group controller|财务总监|财务负责人|财务总经理|资金总监"},
	{"director", "operations", NULL, NULL, "厂长|副厂长|plant director|factory director|总厂长"},
	{"director", "engineering", NULL, NULL, "副总工程师|chief engineer|chief architect|chief scientist|技术中心主任|研发中心主任|技术负责人|技术总负责人"},
	{"director", "it", NULL, NULL, "信息中心主任|信息主任|网络中心主任|数据中心主任"},
	{"director", "finance", "technical", NULL, "chief economist|chief accountant|chief actuary"},
	{"director", "hr", NULL, NULL, "工会主席"},
	{"director", "legal", NULL, NULL, "assistant general counsel|associate general counsel|deputy general counsel|company secretary|corporate secretary|公司秘书|联席公司秘书"},

	/* ---- managers, of people ---- */
	{"manager", NULL, NULL, NULL,
		"manager|mgr|mgmt|supervisor|superintendent|team lead|team leader|teamlead|teamleader|foreman|shift lead|shift leader|group leader|"
		"senior manager|sr manager|sr mgr|deputy manager|assistant manager|deputy head|section head|chapter leader|crew lead|leader|salesmanager|management team|"
		"经理|副经理|主管|副主管|主任|副主任|部长|副部长|组长|班长|队长|科长|副科长|课长|副课长|店长|拉长|站长|室主任|车间主任|工段长|领班|办事处主任|股长|"
	"大组长|小组长|襄理|经理级|督导|团队负责人|项目负责人|小组负责人|项目总监助理"},
	{"manager", "administration", NULL, NULL, "office manager|办公室主任|办公室副主任|行政经理|行政主管"},
	{"manager", "operations", NULL, NULL, "plant manager|factory manager|site manager|warehouse manager|store manager|生产组长|车间主管"},
	{"manager", "health", NULL, NULL, "head nurse|charge nurse|nurse manager|护士长"},
	{"c_level", "education", NULL, NULL, "校长|园长"},
	{"vp", "education", NULL, NULL, "副校长|副园长"},
	{"director", "marketing", NULL, NULL, "主编|总编|副主编|总编辑|chief editor|editor in chief"},
	{"manager", "operations", NULL, NULL, "厨师长|主厨|行政主厨|executive chef|head chef"},
	{"c_level", "executive", NULL, NULL, "银行行长"},
	{"manager", "education", NULL, NULL, "headmaster|head teacher|教研组长"},

	/* ---- who manage things ---- */
	{"individual", "product", NULL, NULL, "product manager|products manager|product mgr|scrum master|产品经理|商品经理"},
	{"individual", "operations", NULL, NULL, "project manager|project mgr|program manager|programme manager|delivery manager|release manager|项目经理|专案经理"},
	{"individual", "sales", NULL, NULL,
		"account manager|account mgr|account executive|account director executive|key account manager|national account manager|"
		"relationship manager|territory manager|client manager|sales executive|sales associate|"
	"客户经理|大客户经理|渠道客户经理|理财经理"},
	{"individual", "service", NULL, NULL, "customer success manager|csm|case manager|客户成功经理"},
	{"individual", "marketing", NULL, NULL,
	"community manager|brand manager|social media manager|category manager|content manager|marketing executive|campaign manager|media manager"},
	{"individual", "finance", NULL, NULL, "portfolio manager|asset manager|fund manager|wealth manager|投资经理|基金经理"},
	{"individual", "it", NULL, NULL, "system manager|configuration manager"},
	{"individual", "engineering", NULL, NULL, "member of technical staff|mts|技术经理人"},

	/* ---- seniors ---- */
	{"senior", NULL, NULL, NULL,
		"senior|sr|snr|lead|principal|staff|distinguished|expert|veteran|principle|entrepreneur in residence|主任工程师|高级|资深|首席工程师|专家|高级工程师|"
		"技术专家|主任设计师|主创|高工|主笔|高级专员|资深专员|高级顾问|主任研究员|骨干|研究员级|"
	"tech lead|partner lead|technical lead|technology lead"},
	{"individual", NULL, NULL, NULL, "lead generation|staff accountant|staff nurse|staff writer|chief of staff assistant|主任科员|副主任科员|四级主任科员"},

	/* ---- individuals ---- */
	{"individual", NULL, NULL, NULL,
		"executive|officer|associate|representative|rep|agent|clerk|operator|specialist|coordinator|administrator|analyst|consultant|"
		"advisor|adviser|engineer|developer|programmer|architect|designer|scientist|researcher|technician|accountant|auditor|lawyer|attorney|"
		"counsel|paralegal|writer|editor|journalist|producer|recruiter|teacher|lecturer|professor|instructor|trainer|coach|nurse|physician|"
		"doctor|therapist|pharmacist|surgeon|buyer|planner|strategist|merchandiser|assistant|secretary|receptionist|cashier|driver|worker|"
		"mechanic|electrician|plumber|welder|carpenter|machinist|chemist|biologist|physicist|economist|statistician|actuary|underwriter|"
		"appraiser|broker|trader|teller|banker|server|cook|chef|bartender|waiter|artist|photographer|translator|interpreter|librarian|"
		"inspector|examiner|estimator|surveyor|dispatcher|handler|packer|picker|installer|tester|generalist|practitioner|freelance|freelancer|"
		"contractor|employee|guard|pilot|captain|creator|webdesigner|webdeveloper|evangelist|investigator|counselor|educator|tutor|salesman|"
		"saleswoman|salesperson|seller|hrbp|liaison|attendant|steward|negotiator|geoscientist|geologist|author|blogger|dba|sdr|bdr|"
		"faculty|mentor|adjuster|processor|coder|transcriptionist|interviewer|technologist|aide|host|hostess|marketer|sourcer|headhunter|advocate|organizer|contributor|volunteer|adjunct|speaker|monitor|stocker|laborer|labourer|columnist|correspondent|reporter|judge|housekeeper|valet|cleaner|janitor|custodian|groomer|barista|florist|firefighter|paramedic|optometrist|optician|sonographer|cna|lpn|rn|hygienist|animator|illustrator|model|actor|actress|musician|dancer|director assistant|social worker|clerk typist|technologist|collector|bookkeeper|investigator|detective|soldier|pastor|chaplain|valuer|quantity surveyor|adviser|webmaster|analytics professional|sous chef|landscaper|gardener|farmer|butcher|baker|roofer|painter|mason|fitter|lineman|rigger|toolmaker|fellow|committer|chiropractor|spezialist|clerks|analysts|engineers|investor|operative|conductor|planners|agents|assistants|specialists|consultants|curator|ambassador|midwife|dentist|veterinarian|psychologist|dietitian|nutritionist|stylist|nail artist|hairdresser|tailor|"
		"工程师|专员|职员|文员|科员|员|师|顾问|代表|会计|出纳|律师|工人|技工|普工|操作工|司机|分析师|设计师|架构师|研究员|程序员|"
		"教师|老师|讲师|教授|教练|制片人|导演|编导|主持人|演员|模特|主播|猎头|采编|执行|高级文员|播音|医生|医师|护士|翻译|编辑|记者|导购|业务员|销售员|采购员|仓管|买手|跟单|办事员|干事|店员|客服|前台|质检|"
		"测试员|运维|fae|审计师|精算师|经纪人|销售代表|客户代表|大客户代表|证券事务代表|助理工程师|班组|工"
	"|文职|保安|技师|管理员|检验员|调度|研发人员|技术员|质检员|美术指导|艺术指导|代理"},

	/* ---- beginners ---- */
	{"entry", NULL, NULL, NULL,
		"intern|internship|trainee|apprentice|apprenticeship|junior|jr|jnr|graduate|entry level|student|working student|praktikant|azubi|"
		"student assistant|student worker|resident physician|rotational|summer associate|summer analyst|co op|auszubildender|auszubildende|"
	"实习|实习生|学徒|学徒工|见习|应届|应届生|管培生|培训生|初级|学生|储备"},
	{NULL, "education", NULL, NULL, "student success|student affairs|graduate school|graduate studies|student services"},

	/* ---- functions: executive, strategy ---- */
	{NULL, "executive", NULL, NULL, "executive board|executive committee|executive office|董事会"},
	{NULL, "strategy", NULL, NULL,
		"strategist|strategy|strategic development|strategic planning|strategic initiatives|corporate development|corporate strategy|business strategy|"
		"global strategy|innovation|transformation|business transformation|digital transformation|m a|mergers|mergers acquisitions|"
		"mergers and acquisitions|corporate planning|new ventures|strategic markets|strategy consultant|political|"
	"战略|策略|策略发展|企业发展|企划|规划|发展部|战略规划|创新|并购|经营分析|企业管理|企管|投资发展"},

	/* ---- finance ---- */
	{NULL, "finance", NULL, NULL,
		"finance|financial|finances|accounting|accountant|accounts|accounts payable|accounts receivable|bookkeeper|bookkeeping|tax|taxation|treasury|"
		"treasurer|finance operations|finance strategy|financial operations|financial planning|financial systems|financial reporting|treasury operations|risk strategy|risk operations|risk analytics|credit operations|investment strategy|investment operations|fund operations|bank operations|finance transformation|audit|auditor|auditing|internal audit|controller|comptroller|controlling|risk|risk management|microfinance|credit|investment|investments|"
		"investment banking|banking|banker|teller|cashier|actuary|actuarial|underwriter|underwriting|insurance|claims|payroll|"
		"billing|budget|fund|funds|equity|private equity|bank|private bank|venture|ventures|venture capital|capital|capital markets|wealth|loan|loans|mortgage|"
		"collateral|appraiser|real estate appraiser|economist|financial services|fp a|revenue accounting|broker|trader|trading|adjuster|claims adjuster|claim|brokerage|equity research|investing|investment research|fintech|credit analyst|financial analysis|payments|collections|asset management|"
		"responsible investment|"
		"财务|会计|出纳|审计|内审|监审|税务|资金|融资|投资|投融资|风险|风控|信贷|成本|预算|结算|核算|总账|金融|证券|基金|银行|保险|精算|理财|资产管理|资产|"
	"稽核|清算|交易员|投行|内控|财经|信审|股票|操盘手|柜员|催收|期货|外汇|证券经纪人|保险经纪人|期货经纪人|外汇经纪人"},

	/* ---- purchasing ---- */
	{NULL, "purchasing", NULL, NULL,
		"purchasing|purchase|procurement operations|procurement strategy|sourcing strategy|category strategy|global procurement|purchaser|procurement|sourcing|strategic sourcing|buyer|buying|vendor|vendor management|supplier|supplier management|"
		"category management|contracts procurement|tendering|merchandising buyer|indirect procurement|"
	"采购|品类|采购工程师|战略采购|供应商|集采|招标|招投标|买手|供应商开发|供应商管理|寻源"},

	/* ---- it ---- */
	{NULL, "it", NULL, NULL,
		"it|i t|ict|mis|information technology|information technologies|information systems|information services|information security|cybersecurity|"
		"cyber security|cyber|infrastructure|network|networks|networking|system administrator|systems administrator|sysadmin|system administration|"
		"systems engineer|system engineer|system engineering|systems engineering|network engineer|network administrator|data center|data centre|it services|it strategy|microsoft 365 engineer|office 365 engineer|security architect|cloud infrastructure|identity|helpdesk|help desk|service desk|desktop support|it support|"
		"database|databases|database administrator|dba|erp|sap|crm systems|it manager|it director|it project manager|systems|system|telecommunications|telecom|applications|application|applications analyst|technical analyst|computer|security|microsoft|oracle|crm|solutions architect it|systems analyst|"
		"system analyst|it infrastructure|enterprise architecture|enterprise architect|enterprise applications|business systems|it operations|"
		"security specialist|security engineer|security analyst|microsoft exchange|microsoft 365|service information|computer operator|"
		"it transformation|technology operations|network operations|network services|infrastructure services|infrastructure operations|system operations|security operations|application services|digital workplace|enterprise systems|business applications|enterprise infrastructure|it specialist|it security|office 365|salesforce administrator|"
		"infrastructure administrator|it applications|digital it|"
		"it工程师|系统分析|系统分析员|运维工程师|数据库工程师|信息安全工程师|弱电|信息技术|信息化|信息|信息中心|it部|网络|网络安全|网络安全工程师|信息安全|系统管理|系统管理员|系统工程师|运维|桌面支持|数据库|电脑|电脑部|机房|网管|资讯|"
	"数字化|信息系统|信息部|系统集成|系统安全|网络工程师|it支持"},

	/* ---- engineering and research ---- */
	{NULL, "engineering", NULL, NULL,
		"engineering|engineer|engineers|software|software engineer|software engineering|software engineering manager|software developer|software development|"
		"developer|development engineer|programmer|programming|web developer|web development|webdeveloper|frontend|front end|backend|back end|full stack|fullstack|devops|"
		"architect|architecture|solution architect|solutions architect|engineering operations|engineering services|technology services|software operations|software services|research operations|research strategy|technology strategy|r d operations|mobile architect|technical architect|technology|technologies|technical|tech|r d|rd|research|"
		"researcher|research and development|research development|cmos|research scientist|scientist|science|scientific|labs|sciences|life sciences|laboratory|lab|chemist|biologist|physicist|"
		"geologist|geoscientist|qa|quality assurance engineer|test engineer|test|tester|testing|platform|platform engineering|embedded|firmware|"
		"hardware|electronics|mechanical|mechanical engineer|electrical engineer|civil engineer|chemical engineer|structural|automation|robotics|"
		"machine learning|artificial intelligence|ai|ml|algorithm|clinical research|cloud|mobile developer|game developer|safety engineer|"
		"application engineer|field application engineer|process engineer|design engineer|solutions engineer|site reliability|sre|mobile development|"
		"product development engineer|welding engineer|planning engineer|reservoir|technical officer|chief architect engineering|research associate|"
		"research assistant|research group|performance engineering|performance engineer|technical lead|technical director|"
		"架构设计师|化验|技术|研发|工程|工程师|开发|it开发|软件|硬件|架构|架构师|程序员|测试|算法|前端|后端|嵌入式|机械|电气|电子|自动化|结构|工艺|研究|研究院|科研|实验室|"
		"科学家|人工智能|ai|机器学习|深度学习|技术部|技术中心|研发中心|java|python|php|c|android|ios|web|fae|npd|造价|土建|施工|建筑|模具|图像|化工|材料|电路|"
	"技术员|科技|芯片|射频|驱动|仿真|bim|单片机|安全工程师"},

	/* ---- data ---- */
	{NULL, "data", NULL, NULL,
		"data|analytics|data science|data scientist|data analyst|data analytics|data engineer|data engineering|data operations|analytics strategy|data services|data product|data products|data strategy|business intelligence|"
		"bi|bi analyst|insights|statistician|statistics|market data|intelligence|big data|data management|data governance|data architect|business analytics|database coordinator|"
	"情报|大数据开发|数据仓库工程师|数据开发|数据工程师|大数据工程师|数据|数据分析|数据分析师|商业智能|大数据|bi工程师|数据架构师|数据仓库|数据挖掘|统计|etl"},

	/* ---- product ---- */
	{NULL, "product", NULL, NULL,
		"product|products|product management|product development|product design|product owner|ux|ui|ui ux|ux ui|user experience|"
		"user interface|usability|design|designer|product designer|industrial design|industrial designer|interaction|new product|"
		"new product development|product strategy|product and technology|product lead|product operations|product planning|product services|product engineering design|design strategy|design operations|ux research|user research|product research|online products|consumer products|product portfolio|"
	"product innovation|interaction design|graphic designer ux|产品|产品部|用户体验|交互|设计|设计师|ui设计|工业设计|体验"},

	/* ---- operations ---- */
	{NULL, "operations", NULL, NULL,
		"operations|operation|operational|ops|business operations|production|manufacturing|plant|factory|supply chain|logistics|logistic|warehouse|"
		"warehousing|distribution|shipping|transport|transportation|fleet|inventory|planning|materials|demand planning|quality|quality assurance|"
		"quality control|quality manager|lean|six sigma|continuous improvement|process improvement|process excellence|safety|ehs|hse|health and safety|"
		"environmental health|facility|facilities|maintenance|mechanic|machinist|electrician|plumber|welder|carpenter|driver|dispatcher|field operations|"
		"project|projects|project management|pmo|program|programs|project management office|portfolio management|construction|site|delivery|global delivery|"
		"business process|process|import|export|customs|trade compliance|order management|operator|security guard|security officer|retail security|housekeeper|attendant|valet|parking|restaurant|food|catering|hotel|chef|cook|kitchen|order|stock|stocker|laborer|labourer|picker|packer|mill|electrical superintendent|tooling|business analyst|floor manager|shift|excellence|demand|loss control|loss prevention|preconstruction|estimating|branch operations|supply chain management|demand planning manager|business administrator|field technician|maintenance technician|waste|business administration|emergency|security guard|"
		"project associate|implementation|property|real estate|housekeeping|production operations|retail operations|store operations|intelligence operations|"
		"环境|大堂经理|审核|质量工程师|品质工程师|设备工程师|供应商质量|运营|营运|生产|制造|质量|品质|品管|质检|品控|物流|供应链|仓储|仓库|仓管|计划|物料|物控|pmc|设备|车间|安全|安环|环保|ehs|项目|项目管理|后勤|总务|"
		"维修|维护|保养|施工员|基建|物业|报关|海关|关务|运输|车队|调度|操作|iqc|ipqc|oqc|qc|qe|厂|工厂|生产部|生产计划|生产工程师|体系|"
	"司机|工人|技工|普工|焊工|电工|钳工|车工|客房|交付|实施|厨师|厨|餐饮|店长|门店|叉车|搬运|订单|单证|货运|货代|快递|配送|保安|安保|保洁|酒店|宾馆|收银|零售|服装领班|理货|分拣|领班"},

	/* ---- marketing ---- */
	{NULL, "marketing", NULL, NULL,
		"marketing|digital marketing|marketing manager|marketing and sales|brand|brands|branding|brand marketing|brand management|communications|communication|corporate communications|"
		"pr|public relations|media|social media|social|content|advertising|ad|ads|campaign|seo|sem|growth|demand generation|events|event|creative|"
		"creative director|art director|art|copywriter|writer|editor|editorial|publisher|publishing|journalist|product marketing|product marketing manager|"
		"marketing strategy|brand strategy|digital strategy|media strategy|marketing services|marketing planning|brand planning|media planning|media planner|media buyer|media operations|creative services|creative operations|digital operations|digital planning|channel marketing strategy|advertising operations|ad operations|advertising systems|social strategy|communications strategy|community operations|field marketing|trade marketing|shopper marketing|consumer marketing|customer marketing|retail marketing|technical marketing|marketing operations|marketing analytics|marketing technology|"
		"audience|audience development|e commerce|ecommerce|merchandising|pricing|promotions|promotion|market research|consumer insights|customer insights|"
		"customer intelligence|community|community affairs|digital media|digital media manager|online|producer|photographer|webdesigner|graphic designer|graphic design|video|video production|"
		"digital|market|market intelligence|competitive intelligence|entertainment|search marketing|paid search|publicity|sponsorship|sponsorships|public affairs|customer acquisition|user acquisition|meeting|meetings|conference|conferences|news|broadcast|broadcasting|magazine|programmatic|email|marketer|email marketer|columnist|correspondent|reporter|display|interactive|crm marketing|author|blogger|artist|studio|channel marketing|partnership marketing|film|tv|fashion|copy|technical marketing engineer|technical marketing architect|product marketing engineer|product marketing specialist|performance marketing|email marketing|influencer marketing|loyalty|marketing director|creative consultant|social media consultant|content strategist|brand strategist|digital strategist|media strategist|creative strategist|marketing strategist|social media strategist|content operations|content strategy|visual|music|"
		"新媒体运营|内容运营|活动运营|市场运营|品牌运营|会务|会展|美术|艺术指导|美术指导|广告客户|陈列|市场|营销|品牌|公关|媒介|媒体|广告|推广|策划|文案|内容|新媒体|宣传|传播|活动|美工|创意|平面设计|电商|电子商务|seo|sem|增长|市场部|"
	"市场营销|网络营销|企业文化|采编|制片|制片人|导演|编导|主持|主持人|演员|模特|主播|编剧|影视|摄影|直播|编辑|记者"},

	/* ---- sales ---- */
	{NULL, "sales", NULL, NULL,
		"sales|sale|sales operations|sales manager|sales director|sales engineer|sales engineering|salesmanager|salesman|saleswoman|salesperson|seller|presales|pre sales|"
		"inside sales|field sales|sales and marketing|sales marketing|account|account management|national accounts|key account|key accounts|accounts manager sales|"
		"business development|biz dev|bizdev|new business|partnerships|partnership|alliances|channel|channels|channel sales|revenue|commercial|"
		"territory|sales strategy|sales services|sales planning|sales analytics|sales training|sales support|channel strategy|retail strategy|account services|account strategy|revenue operations|strategic accounts|global accounts|enterprise accounts|major accounts|client director|client executive|client lead|real estate broker|real estate agent|realtor|regional sales|client partner|relationship|reseller|go to market|sdr|bdr|retail|store|stores|franchise|licensing|ad sales|"
		"digital ad sales|advertising sales|media sales|marketing and development|technical sales|market development|fundraising|development director|"
		"director of development|agency partnerships|sales enablement|sales development|travel industry relations|customer planning|"
		"commerce|monetization|enablement|shop|broker sales|account services|agency|alliance|sales rep|deal|bid|tender manager|"
		"团购|地推|会籍|客户|客户总监|通路|市场通路|销售运营|销售|促销|医药代表|经纪|经纪人|推销|商务|业务|业务部|客户经理|大客户|渠道|招商|外贸|国际贸易|贸易|bd|拓展|业务拓展|代理商|售前|导购|经销商|海外|市场拓展|"
	"销售工程师|城市经理|区域经理|大区经理|销售助理|解决方案|售前工程师|置业顾问|销售部|跟单|客户代表"},

	/* ---- service ---- */
	{NULL, "service", NULL, NULL,
		"customer service|customer success|customer support|customer experience|customer care|client service|client services|client success|"
		"client engagement|client engagements|customer engagement|customer|client|clients|support|technical support|support engineer|technical support engineer|"
		"service|services|call center|call centre|contact center|host|hostess|complaints|guest|guest services|guest relations|field service|service delivery|after sales|aftersales|"
		"client operations|service operations|service strategy|customer strategy|client strategy|support operations|engagement|customer operations|customer relations|value added services|waiter|bartender|concierge|"
	"客服|客户服务|客户成功|售后|售后服务|技术支持|技术支持工程师|售后工程师|呼叫中心|客户支持|投诉|客户关系|美容|美发|汽车服务|服务顾问|接待|服务|会员"},

	/* ---- people ---- */
	{NULL, "hr", NULL, NULL,
		"hr|h r|human resources|human resource|human capital|people|people operations|people and culture|people ops|talent|talent acquisition|"
		"talent management|global talent management|recruiting|recruitment|recruiter|recruiters|staffing|compensation|compensation and benefits|benefits|total rewards|rewards|"
		"learning and development|learning development|l d|training|training specialist|trainer|learning|executive search|headhunter|headhunting|sourcer|talent acquisition partner|employment|organizational effectiveness|compensation consultant|workforce planning|executive recruitment|organizational development|organisation development|"
		"hr operations|hr strategy|hr services|hr transformation|people analytics|people strategy|talent strategy|talent operations|talent research|human resources operations|human resources strategy|employer branding|employer brand|employee relations|employee experience|employee engagement|diversity|dei|hrbp|hr business partner|hris|human resource information systems|workforce|"
		"labor relations|social media recruiter|technical recruiter|hr manager|personnel|culture|diversity inclusion|"
	"人力资源信息系统|人力资源|人力|人事|招聘|培训|薪酬|薪资|绩效|员工关系|组织发展|hr|企业大学|人才|猎头|猎头顾问|薪资福利|人力资源咨询|od|人力资源部|党群|工会|组织部"},

	/* ---- legal ---- */
	{NULL, "legal", NULL, NULL,
		"legal|legal counsel|law|lawyer|attorney|attorneys|counsel|compliance|regulatory|regulatory affairs|privacy|litigation|paralegal|"
		"contracts|contract manager|contract|contract analyst|court|judge|legislative|immigration|technical compliance|contract management|corporate secretary|ethics|governance|intellectual property|patent|patents|ip counsel|government affairs|policy|"
		"public policy|data protection|legal affairs|standards|benefits law|"
	"法务|法律|合规|律师|知识产权|专利|合同|监察|纪检|证券事务|政府关系|政府事务|公共事务|法律顾问|纪委"},

	/* ---- administration ---- */
	{NULL, "administration", NULL, NULL,
		"administration|administrative|admin|administrative services|office services|administrative assistant|executive assistant|personal assistant|office|office assistant|secretary|"
		"receptionist|reception|executive secretary|clerk|office administrator|office coordinator|data entry|"
	"行政|总裁办|总经办|行政部|办公室|文秘|前台|档案|综合管理|综合部|综合办|机要|内勤|文员"},

	/* ---- professions ---- */
	{NULL, "health", NULL, NULL,
		"medical|nurse|nursing|physician|doctor|clinical|clinician|surgeon|surgery|therapist|therapy|pharmacist|pharmacy|dental|dentist|healthcare|"
		"health|patient|patient care|hospital|midwife|radiology|psychologist|veterinary|veterinarian|medicine|dietitian|nutritionist|care|hospice|bereavement|counselor|counseling|social worker|social work|mental health|rehabilitation|optometrist|optician|radiologic|sonographer|phlebotomist|paramedic|emt|cardiovascular|chiropractor|fitness|personal trainer|wellness|clinical educator|nurse educator|caregiver|"
	"医学|医院|药剂|药库|医生|医师|医疗|护士|护理|药师|药房|临床|心理咨询|保健|健康|医药|养生|康复|门诊"},
	{NULL, "education", NULL, NULL,
		"education|teacher|teaching|teachers|professor|lecturer|faculty|dean|school|academic|academics|instructor|tutor|university|faculty|teaching assistant|career services|mentor teacher|adjunct|school counselor|students|curriculum|"
		"education focused|school of business|admissions|librarian|library|educator|principal teacher|course|"
	"教师|老师|讲师|教授|教育|教学|教务|教研|学院|课程|教练|招生|招生顾问|幼儿园|幼教|班主任"},
	{NULL, "consulting", NULL, NULL,
		"consultant|mentor|consulting|independent consultant|advisory|advisor|adviser|business consultant|management consultant|strategy consulting|"
		"executive coach|freelance consultant|application consultant|business process consultant|sap consultant|tech consultant|technology consultant|technical consultant|"
	"change management|management consulting|business advisor|咨询|咨询顾问|管理咨询|企业管理咨询|管理顾问|企业顾问|战略顾问|独立顾问"},
	{NULL, "sales", NULL, NULL, "sales consultant|sales advisor|销售顾问"},
	{NULL, "hr", NULL, NULL, "talent consultant|hr consultant|recruitment consultant|human resources consultant|人力资源顾问|招聘顾问"},
	{NULL, "finance", NULL, NULL, "financial advisor|financial consultant|investment advisor|tax consultant|tax advisor|保险顾问|理财顾问|投资顾问|财务顾问|税务顾问"},
	{NULL, "engineering", NULL, NULL, "engineering consultant|software consultant|技术顾问"},
	{NULL, "it", NULL, NULL, "it consultant|sap architect|erp consultant|security consultant"},
	{NULL, "legal", NULL, NULL, "legal advisor|legal consultant|法务顾问"}
};

const int	nshipped_titles = lengthof(shipped_titles);
