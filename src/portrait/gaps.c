/*
 * gaps.c
 *		icp_portrait_gaps: which groups a full portrait needs, and which this one
 *		lacks.
 *
 * A characteristic covers one group: the one that its "group" names, else the one
 * that the words of its fields point to.  Words are those of column names as CRMs
 * have them; the tables below are all that is known of them.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/compat.h"
#include "common/text.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "portrait/portrait.h"
#include "utils/array.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(icp_portrait_gaps);

#define GAP_COLUMNS 5

/* Everything else than words of a group. */
#define NO_GROUP (-1)

typedef struct PortraitGroup
{
	const char *name;
	const char *other_names;	/* separated by blanks, like the phrases */
	bool		required;
	const char *question;
	const char *question_zh;
	const char *phrases;		/* words joined by "_"; "=" before one that is a whole field */
	const char *phrases_zh;		/* parts of a field */
} PortraitGroup;

/* In the order of the rows. */
static const PortraitGroup groups[] = {
	{
		"industry", "sector vertical 行业", true,
		"Which industry and sub-industry are they in?",
		"他们属于哪个行业、哪个子行业？",
		"industry industries sub_industry subindustry sector vertical naics sic",
		"行业 产业 赛道"
	},
	{
		"size", "company_size headcount 规模", true,
		"How large are they: people, revenue?",
		"他们有多大：人数、营收？",
		"company_size =size size_band headcount employees employee_count number_of_employees =numberofemployees staff revenue turnover",
		"规模 人数 员工 营收 营业额 收入"
	},
	{
		"place", "location geography region 地点", true,
		"Where are they: country, city, headquarters?",
		"他们在哪里：国家、城市、总部？",
		"country city region state province headquarters headquarter hq location territory address postcode zip =place",
		"国家 城市 地区 省份 总部 所在地 地址"
	},
	{
		"audience", "target_audience target_market 目标客户", true,
		"Whom do they sell to?",
		"他们的目标客户是谁？",
		"target_audience target_market target_customer target_customers audience business_model b2b b2c customer_segment end_market",
		"目标客户 目标市场 受众 客户群"
	},
	{
		"value", "value_agreed agreed_value 价值", true,
		"What is it worth to them, in numbers that they agreed on?",
		"对他们值多少，双方认可的数字是什么？",
		"agreed_value value_agreed value_proposition expected_value =value roi outcome outcomes benefit benefits savings success_criteria business_case",
		"价值 收益 回报 成效"
	},
	{
		"need", "needs demand 需求", true,
		"What do they need, and how urgently?",
		"他们需要什么，有多紧迫？",
		"need needs demand intent requirement requirements use_case use_cases urgency buying_signal buying_signals signals =trigger triggers",
		"需求 需要 意向 意图 紧迫"
	},
	{
		"buyer_role", "economic_buyer role seniority 决策人", true,
		"Who decides on the money: title, seniority?",
		"谁拍板花钱：职位、级别？",
		"economic_buyer decision_maker buyer_role buyer_title job_title jobtitle =title contact_title seniority job_level =role contact_role",
		"职位 职务 头衔 级别 决策人 角色"
	},
	{
		"buyer_function", "function department 职能", true,
		"In which function or department is the economic buyer?",
		"经济采购者在哪个职能或部门？",
		"buyer_function job_function =function department =team",
		"职能 部门"
	},
	{
		"buyer_kpi", "kpi kpis goals 指标", true,
		"What is the economic buyer measured by?",
		"经济采购者考核什么指标？",
		"kpi kpis okr okrs measured_by =goal goals objective objectives quota",
		"指标 考核 目标"
	},
	{
		"buyer_problem", "problem problems pain 痛点", true,
		"Which problem does the economic buyer want to be rid of?",
		"经济采购者想解决什么问题？",
		"problem problems pain pains pain_point pain_points challenge challenges",
		"问题 痛点 挑战"
	},
	{
		"buyer_purchases", "purchases past_purchases history 采购历史", true,
		"What did they buy or use before: a competitor, their own, nothing?",
		"他们以前买过、用过什么：竞品、自建、没有？",
		"past_purchases past_purchase purchases purchase_history bought previous_solution previous_vendor previous_tool current_solution current_vendor incumbent competitor competitors uses_competitor used_before installed_base",
		"采购历史 以前 竞品 竞争对手 现有方案 历史采购"
	},
	{
		"buyer_personal", "personal person personality 个人", true,
		"What kind of person is it: style, interests, what moves them?",
		"是怎样的人：风格、兴趣、动机？",
		"personal personality temperament interests hobbies hobby motivation motivations communication_style alumni education background risk_appetite boldness",
		"个人 性格 爱好 兴趣 动机 背景"
	},
	{
		"user_buyer", "user users end_user 使用者", false,
		"Who will use it, and what do they want?",
		"谁来使用，他们想要什么？",
		"user_buyer user_role user_title end_user end_users user_department champion",
		"使用者 用户"
	},
	{
		"technical_buyer", "technical technology_buyer 技术把关", false,
		"Who checks whether it works, and can say no?",
		"谁做技术把关，能说不？",
		"technical_buyer technical_role technical_title technical_contact technical_evaluator cto it_contact security_contact",
		"技术采购 技术负责 技术把关"
	},
};

#define NGROUPS ((int) lengthof(groups))

/* Fields with such words are about something else, whatever else they say. */
static const char *const other_matters = "growth created updated id uuid";

/* ---- words ---- */

#define MAX_NAME 256

/* "annualRevenue", "annual revenue", "attrs.annual-revenue": words joined and enclosed by "_". */
static void
words_of(const char *name, char *words)
{
	int			n = 0;

	words[n++] = '_';
	for (const char *p = name; *p && n < MAX_NAME - 3; p++)
	{
		unsigned char c = *p;
		bool		begins = p > name && isupper(c) && islower((unsigned char) p[-1]);

		if (c < 128 && !isalnum(c))
			c = '_';
		if (begins || c == '_')
		{
			if (words[n - 1] != '_')
				words[n++] = '_';
		}
		if (c != '_')
			words[n++] = (char) (c < 128 ? pg_ascii_tolower(c) : c);
	}
	if (words[n - 1] != '_')
		words[n++] = '_';
	words[n] = '\0';
}

/* The next of the phrases, enclosed by "_"; NULL at their end. */
static const char *
next_phrase(const char *phrases, char *phrase, bool *is_whole)
{
	int			length;

	while (*phrases == ' ')
		phrases++;
	if (*phrases == '\0')
		return NULL;
	*is_whole = *phrases == '=';
	phrases += *is_whole;
	length = (int) strcspn(phrases, " ");
	(void) snprintf(phrase, MAX_NAME, "_%.*s_", length, phrases);
	return phrases + length;
}

/* The length of the longest phrase that the words have; 0 for none. */
static int
longest_phrase(const char *words, const char *phrases)
{
	char		phrase[MAX_NAME];
	bool		is_whole;
	int			longest = 0;

	while ((phrases = next_phrase(phrases, phrase, &is_whole)) != NULL)
	{
		if (is_whole ? strcmp(words, phrase) == 0 : strstr(words, phrase) != NULL)
			longest = Max(longest, (int) strlen(phrase));
	}
	return longest;
}

/* Chinese has no blanks between words. */
static int
longest_part(const char *name, const char *parts)
{
	char		part[MAX_NAME];
	int			longest = 0;

	for (parts += strspn(parts, " "); *parts; parts += strspn(parts, " "))
	{
		int			length = (int) strcspn(parts, " ");

		(void) snprintf(part, MAX_NAME, "%.*s", length, parts);
		if (strstr(name, part) != NULL)
			longest = Max(longest, length);
		parts += length;
	}
	return longest;
}

/* ---- the group of a characteristic ---- */

static bool
is_one_of(const char *word, const char *names)
{
	const char *found;
	int			length = (int) strlen(word);

	for (found = strstr(names, word); found != NULL && length > 0; found = strstr(found + 1, word))
	{
		if ((found == names || found[-1] == ' ') && (found[length] == ' ' || found[length] == '\0'))
			return true;
	}
	return false;
}

/* "Economic buyer" as "economic_buyer". */
static char *
group_word(const char *group)
{
	char		words[MAX_NAME];

	words_of(group, words);
	if (strlen(words) > 2)
		words[strlen(words) - 1] = '\0';
	return pstrdup(words + 1);
}

/* The group of that name, or of the one that is spelled nearly so. */
static int
named_group(const char *group)
{
	char	   *word = group_word(group);
	List	   *names = NIL;
	const char *guess;

	for (int i = 0; i < NGROUPS; i++)
	{
		if (strcmp(word, groups[i].name) == 0 || is_one_of(word, groups[i].other_names))
			return i;
		names = lappend(names, unconstify(char *, groups[i].name));
	}
	/* most short words are near to some other */
	guess = strlen(word) < 5 ? NULL : closest_word(word, names);
	for (int i = 0; i < NGROUPS; i++)
	{
		if (guess != NULL && strcmp(guess, groups[i].name) == 0)
			return i;
	}
	return NO_GROUP;
}

/* The group with the longest phrase; of as long ones, the first. */
static int
group_of_field(const char *field)
{
	char		words[MAX_NAME];
	int			result = NO_GROUP;
	int			longest = 0;

	words_of(field, words);
	if (longest_phrase(words, other_matters) > 0)
		return NO_GROUP;
	for (int i = 0; i < NGROUPS; i++)
	{
		int			length = longest_phrase(words, groups[i].phrases);

		if (GetDatabaseEncoding() == PG_UTF8)
			length = Max(length, longest_part(field, groups[i].phrases_zh));
		if (length > longest)
		{
			longest = length;
			result = i;
		}
	}
	return result;
}

/* The first of the fields that points to a group. */
static int
group_of_condition(const Condition *condition)
{
	ListCell   *lc;
	int			result = NO_GROUP;

	CHECK_FOR_INTERRUPTS();
	if (condition->kind == CONDITION_OTHERWISE)
		return NO_GROUP;
	if (condition->kind < CONDITION_ALL)
		return condition->use.field ? group_of_field(condition->use.field) : NO_GROUP;
	foreach(lc, condition->children)
	{
		result = group_of_condition(lfirst(lc));
		if (result != NO_GROUP)
			break;
	}
	return result;
}

static int
group_of(const Characteristic *characteristic)
{
	int			result = characteristic->group ? named_group(characteristic->group) : NO_GROUP;
	ListCell   *lc;

	if (result == NO_GROUP && characteristic->use.field != NULL)
		result = group_of_field(characteristic->use.field);
	foreach(lc, characteristic->attributes)
	{
		if (result != NO_GROUP)
			break;
		result = group_of_condition(((Attribute *) lfirst(lc))->when);
	}
	return result;
}

/* ---- the function ---- */

static bool
asks_chinese(FunctionCallInfo fcinfo)
{
	char	   *language = text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (strcmp(language, "en") != 0 && strcmp(language, "zh") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unknown language \"%s\"", language),
				 errhint("\"en\" and \"zh\" are known.")));
	if (strcmp(language, "zh") != 0)
		return false;
	if (GetDatabaseEncoding() != PG_UTF8)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("Chinese text needs a database in UTF8")));
	return true;
}

static void
put_group(ReturnSetInfo *result, const PortraitGroup *group, List *characteristics, bool chinese)
{
	int			n = list_length(characteristics);
	const char **names = palloc(sizeof(char *) * Max(n, 1));
	Datum		values[GAP_COLUMNS];
	bool		nulls[GAP_COLUMNS] = {0};
	ListCell   *lc;

	foreach(lc, characteristics)
		names[foreach_current_index(lc)] = lfirst(lc);
	values[0] = CStringGetTextDatum(group->name);
	values[1] = BoolGetDatum(group->required);
	values[2] = BoolGetDatum(n > 0);
	values[3] = text_array(names, n);
	values[4] = CStringGetTextDatum(chinese ? group->question_zh : group->question);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* A row for each group, and one for what belongs to none. */
Datum
icp_portrait_gaps(PG_FUNCTION_ARGS)
{
	static const PortraitGroup others = {
		.name = "other",
		.question = "These belong to none of the groups; \"group\" in the portrait names one.",
		.question_zh = "这些不属于任何一组；可在画像里用 \"group\" 指明。"
	};
	Portrait   *portrait = PG_GETARG_PORTRAIT(0);
	bool		chinese = asks_chinese(fcinfo);
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	List	   *found[lengthof(groups)] = {NIL};
	List	   *rest = NIL;
	ListCell   *lc;

	InitMaterializedSRF(fcinfo, 0);
	foreach(lc, portrait->characteristics)
	{
		const Characteristic *characteristic = lfirst(lc);
		int			group = group_of(characteristic);
		List	  **list = group == NO_GROUP ? &rest : &found[group];

		*list = lappend(*list, unconstify(char *, characteristic->name));
	}
	for (int i = 0; i < NGROUPS; i++)
		put_group(result, &groups[i], found[i], chinese);
	if (rest != NIL)
		put_group(result, &others, rest, chinese);
	return (Datum) 0;
}
