/*
 * words.c
 *		Titles and names as the words that they are compared by.
 *
 * Letters lose their case and width, traditional characters become simplified
 * ones, and signs only separate.  This works on UTF-8, whatever the server's
 * encoding is; what is no UTF-8, in a SQL_ASCII database, separates too.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "people/people.h"

/* What is no letter. */
#define SEPARATOR 0
#define CLAUSE 1				/* after it somebody or something else may be meant */
#define FULL_STOP 2
#define AMPERSAND 3				/* or another sign that adds something */
#define HYPHEN 4				/* with a space on either side it is a dash */
#define LAST_SIGN HYPHEN

/* ---- letters ---- */

/*
 * Traditional characters that titles are written with, and the simplified ones,
 * in the order of the former.
 */
static const uint16 simplified[][2] = {
	{0x4FC2, 0x7CFB}, {0x5009, 0x4ED3}, {0x500B, 0x4E2A}, {0x5099, 0x5907},
	{0x50B3, 0x4F20}, {0x5132, 0x50A8}, {0x5275, 0x521B}, {0x5283, 0x5212},
	{0x5287, 0x5267}, {0x52D9, 0x52A1}, {0x52D5, 0x52A8}, {0x5354, 0x534F},
	{0x5340, 0x533A}, {0x54E1, 0x5458}, {0x554F, 0x95EE}, {0x55AE, 0x5355},
	{0x570B, 0x56FD}, {0x57F7, 0x6267}, {0x5831, 0x62A5}, {0x5834, 0x573A},
	{0x5B78, 0x5B66}, {0x5BE6, 0x5B9E}, {0x5BE9, 0x5BA1}, {0x5C08, 0x4E13},
	{0x5C0E, 0x5BFC}, {0x5E79, 0x5E72}, {0x5EE0, 0x5382},
	{0x5EE3, 0x5E7F}, {0x5F8C, 0x540E}, {0x61C9, 0x5E94}, {0x6230, 0x6218},
	{0x63A1, 0x91C7}, {0x64DA, 0x636E}, {0x6578, 0x6570},
	{0x66F8, 0x4E66}, {0x6703, 0x4F1A}, {0x696D, 0x4E1A}, {0x69CB, 0x6784},
	{0x6A19, 0x6807}, {0x6A5F, 0x673A}, {0x6AA2, 0x68C0}, {0x6E2C, 0x6D4B},
	{0x6E96, 0x51C6}, {0x71DF, 0x8425}, {0x7372, 0x83B7}, {0x74B0, 0x73AF},
	{0x7522, 0x4EA7}, {0x76E3, 0x76D1}, {0x7A05, 0x7A0E},
	{0x7D00, 0x7EAA}, {0x7D04, 0x7EA6}, {0x7D1A, 0x7EA7},
	{0x7D44, 0x7EC4}, {0x7D50, 0x7ED3}, {0x7D61, 0x7EDC}, {0x7D71, 0x7EDF},
	{0x7D93, 0x7ECF}, {0x7DB2, 0x7F51}, {0x7DAD, 0x7EF4}, {0x7DDA, 0x7EBF},
	{0x7DE8, 0x7F16}, {0x7DF4, 0x7EC3}, {0x7E3D, 0x603B}, {0x7E7C, 0x7EE7},
	{0x806F, 0x8054}, {0x8077, 0x804C}, {0x8655, 0x5904}, {0x865F, 0x53F7},
	{0x88FD, 0x5236}, {0x898F, 0x89C4}, {0x8A08, 0x8BA1}, {0x8A0A, 0x8BAF},
	{0x8A13, 0x8BAD}, {0x8A18, 0x8BB0}, {0x8A2D, 0x8BBE}, {0x8A55, 0x8BC4},
	{0x8A66, 0x8BD5}, {0x8AB2, 0x8BFE}, {0x8B1B, 0x8BB2}, {0x8B49, 0x8BC1},
	{0x8B6F, 0x8BD1}, {0x8B77, 0x62A4}, {0x8CA1, 0x8D22}, {0x8CA0, 0x8D1F},
	{0x8CAC, 0x8D23}, {0x8CA8, 0x8D27}, {0x8CB7, 0x4E70}, {0x8CBF, 0x8D38},
	{0x8CC7, 0x8D44}, {0x8CE3, 0x5356}, {0x8CEA, 0x8D28}, {0x8CFC, 0x8D2D},
	{0x8ECA, 0x8F66}, {0x8EDF, 0x8F6F}, {0x8F2F, 0x8F91}, {0x8F38, 0x8F93},
	{0x8FA6, 0x529E}, {0x904B, 0x8FD0}, {0x9304, 0x5F55}, {0x92B7, 0x9500},
	{0x93C8, 0x94FE}, {0x9577, 0x957F}, {0x9580, 0x95E8}, {0x958B, 0x5F00},
	{0x9593, 0x95F4}, {0x95DC, 0x5173}, {0x969B, 0x9645}, {0x96AA, 0x9669},
	{0x96FB, 0x7535}, {0x9818, 0x9886}, {0x9805, 0x9879}, {0x9867, 0x987E},
	{0x98A8, 0x98CE}, {0x9AD4, 0x4F53}, {0x9EE8, 0x515A}
};

/* The same in the order that a search needs; made at the first need. */
#define SIMPLIFIED_SLOTS 512
static uint16 slots[SIMPLIFIED_SLOTS][2];
static bool slots_made;

static uint32
slot_of(uint32 letter)
{
	return (letter * 2654435761U) >> 23;
}

static void
make_slots(void)
{
	for (int i = 0; i < (int) lengthof(simplified); i++)
	{
		uint32		slot = slot_of(simplified[i][0]);

		while (slots[slot][0] != 0)
			slot = (slot + 1) % SIMPLIFIED_SLOTS;
		slots[slot][0] = simplified[i][0];
		slots[slot][1] = simplified[i][1];
	}
	slots_made = true;
}

static uint32
simplify(uint32 letter)
{
	uint32		slot = slot_of(letter);

	while (slots[slot][0] != 0 && slots[slot][0] != letter)
		slot = (slot + 1) % SIMPLIFIED_SLOTS;
	return slots[slot][0] != 0 ? slots[slot][1] : letter;
}

static uint32
fold_ascii(uint32 letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter + ('a' - 'A');
	if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9'))
		return letter;
	switch (letter)
	{
		case '.':
			return FULL_STOP;
		case '&':
		case '+':
			return AMPERSAND;
		case '-':
			return HYPHEN;
		case ',':
		case ';':
		case ':':
		case '|':
		case '/':
		case '(':
		case ')':
		case '[':
		case ']':
		case '@':
		case '\n':
			return CLAUSE;
		default:
			return SEPARATOR;
	}
}

/* A letter without case and width, or one of the signs above. */
static uint32
fold(uint32 letter)
{
	if (letter < 0x80)
		return fold_ascii(letter);
	if (letter >= 0x3400 && letter <= 0x9FFF)
		return simplify(letter);
	if (letter >= 0xFF01 && letter <= 0xFF5E)
		return fold_ascii(letter - 0xFF01 + '!');
	if ((letter >= 0xC0 && letter <= 0xDE && letter != 0xD7) || (letter >= 0x391 && letter <= 0x3A9) ||
		(letter >= 0x410 && letter <= 0x42F))
		return letter + 0x20;
	if (letter >= 0x100 && letter <= 0x17F && letter != 0x130 && letter != 0x131)
		return (letter >= 0x139 && letter <= 0x148) || letter >= 0x179 ? letter + (letter & 1) : letter | 1;
	switch (letter)
	{
		case 0xB7:				/* middle dot */
		case 0x2013:			/* dashes */
		case 0x2014:
		case 0x2022:			/* bullet */
		case 0x3001:			/* ideographic comma and full stop */
		case 0x3002:
			return CLAUSE;
		default:
			break;
	}
	if (letter < 0xC0 || letter == 0xD7 || letter == 0xF7 || (letter >= 0x2000 && letter <= 0x2BFF) ||
		(letter >= 0x3000 && letter <= 0x303F) || (letter >= 0xFF00 && letter <= 0xFF65) ||
		(letter >= 0xFE00 && letter <= 0xFE0F) || (letter >= 0x1F000 && letter <= 0x1FAFF))
		return SEPARATOR;
	return letter;
}

/* Scripts that are written without spaces: Thai to Khmer, kana and ideographs. */
static bool
stands_alone(uint32 letter)
{
	return (letter >= 0x2E80 && letter <= 0x9FFF) || (letter >= 0xF900 && letter <= 0xFAFF) ||
		(letter >= 0x20000 && letter <= 0x3FFFF) || (letter >= 0xE00 && letter <= 0xEFF) ||
		(letter >= 0x1780 && letter <= 0x17FF);
}

/* One letter of what may be UTF-8; *length is how many bytes it takes. */
static uint32
next_letter(const char *at, const char *end, int *length)
{
	const unsigned char *bytes = (const unsigned char *) at;

	*length = 1;
	if (bytes[0] < 0x80)
		return bytes[0];
	if (bytes[0] < 0xC2 || bytes[0] > 0xF4 || pg_utf_mblen(bytes) > end - at)
		return SEPARATOR;
	if (!pg_utf8_islegal(bytes, pg_utf_mblen(bytes)))
		return SEPARATOR;
	*length = pg_utf_mblen(bytes);
	return utf8_to_unicode(bytes);
}

/* ---- units ---- */

static bool
is_ascii_letter(const char *at, const char *end)
{
	return at < end && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'));
}

/* Is the full stop one within V.P. or I.T? */
static bool
joins(const Unit *word, bool is_acronym, const char *next, const char *end)
{
	return word != NULL && (word->length == 1 || is_acronym) && is_ascii_letter(next, end) &&
		!is_ascii_letter(next + 1, end);
}

static void
read_utf8(const char *at, const char *end, Units *units)
{
	Unit	   *word = NULL;
	int			used = 0;
	bool		is_acronym = false;
	bool		begins_clause = true;
	bool		begins_part = true;
	const char *begin = at;

	units->n = 0;
	while (at < end)
	{
		int			length;
		uint32		letter = next_letter(at, end, &length);
		bool		alone;

		letter = fold(letter);
		at += length;
		if (letter == FULL_STOP && joins(word, is_acronym, at, end))
		{
			is_acronym = true;
			continue;
		}
		if (letter <= LAST_SIGN)
		{
			begins_clause |= letter == CLAUSE;
			begins_part |= letter == CLAUSE || letter == AMPERSAND ||
				(letter == HYPHEN && at - begin > 1 && at[-2] == ' ' && at < end && *at == ' ');
			word = NULL;
			continue;
		}
		alone = letter >= 0x80 && stands_alone(letter);
		if (used > MAX_FOLDED - MAX_MULTIBYTE_CHAR_LEN)
			return;
		if (word == NULL || alone)
		{
			if (units->n == MAX_UNITS)
				return;
			word = &units->units[units->n++];
			*word = (Unit) {.start = used, .is_character = alone,
				.begins_clause = begins_clause, .begins_part = begins_part};
			begins_clause = begins_part = is_acronym = false;
		}
		if (letter < 0x80)
			length = 1, units->bytes[used] = (char) letter;
		else
		{
			unicode_to_utf8(letter, (unsigned char *) units->bytes + used);
			length = pg_utf_mblen((unsigned char *) units->bytes + used);
		}
		used += length;
		word->length += length;
		if (alone)
			word = NULL;
	}
}

/* Words between two things that a title names. */
static void
mark_parts(Units *units)
{
	static const char *const words[] = {"of", "and", "for", "in", "at", "to", "with", "und", "et"};

	for (int i = 0; i < units->n; i++)
	{
		Unit	   *unit = &units->units[i];

		for (int j = 0; j < (int) lengthof(words) && unit->length <= 4 && !unit->is_character; j++)
			unit->begins_part |= unit->length == strlen(words[j]) &&
				memcmp(units->bytes + unit->start, words[j], unit->length) == 0;
	}
}

void
read_units(const char *text, int length, Units *units)
{
	const char *utf8 = text;

	if (!slots_made)
		make_slots();
	if (GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII)
	{
		utf8 = pg_server_to_any(text, length, PG_UTF8);
		if (utf8 != text)
			length = strlen(utf8);
	}
	read_utf8(utf8, utf8 + length, units);
	mark_parts(units);
	if (utf8 != text)
		pfree(unconstify(char *, utf8));
}

char *
bare_name(const char *text, int length)
{
	Units		units;
	char	   *name;
	int			used = 0;

	read_units(text, length, &units);
	if (units.n > 0)
		used = units.units[units.n - 1].start + units.units[units.n - 1].length;
	/* units stand one after the other */
	name = palloc(used + 1);
	memcpy(name, units.bytes, used);
	name[used] = '\0';
	return name;
}

uint32
hash_of_bytes(const char *bytes, int length)
{
	uint32		hash = (uint32) length;

	for (int i = 0; i < length; i++)
		hash = (hash ^ (unsigned char) bytes[i]) * 16777619U;
	return murmurhash32(hash);
}
