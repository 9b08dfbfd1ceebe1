/*
 * money.c
 *		Money as whole numbers: so many units of a power of ten.
 */
#include "postgres.h"

#include "cohort/money.h"
#include "common/int.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

const int64 money_powers[MAX_MONEY_SCALE + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000
};

void
money_out_of_range(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s is out of range", name),
			 errdetail("Money is counted exactly, in units of the smallest amount's last decimal place; there are too many of them."),
			 errhint("Round amounts to what the currency has, such as round(amount, 2).")));
}

pg_noreturn static void
too_fine(Numeric numeric, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s \"%s\" has more than %d decimal places", name,
					numeric_normalize(numeric), MAX_MONEY_SCALE),
			 errdetail("Money is counted exactly, and never rounded for you."),
			 errhint("Round amounts to what the currency has, such as round(amount, 2).")));
}

/* ---- numeric to money ---- */

static Money
shortest(int64 units, int scale)
{
	while (scale > 0 && units % 10 == 0)
	{
		units /= 10;
		scale--;
	}
	return (Money) {.units = units, .scale = scale};
}

/* Any numeric, by the way that it is written. */
static Money
parse_money(Numeric numeric, const char *name)
{
	char	   *digits;
	int64		units = 0;
	int			scale = 0;
	bool		fraction = false;

	if (numeric_is_nan(numeric) || numeric_is_inf(numeric))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s cannot be %s", name, numeric_is_nan(numeric) ? "NaN" : "infinite"),
				 errhint("NULL stands for what is not known.")));
	digits = numeric_normalize(numeric);
	for (char *p = digits + (*digits == '-'); *p; p++)
	{
		if (*p == '.')
			fraction = true;
		else if (scale == MAX_MONEY_SCALE)
			too_fine(numeric, name);
		/* summed up below zero, where there is room for one more */
		else if (pg_mul_s64_overflow(units, 10, &units) ||
				 pg_sub_s64_overflow(units, *p - '0', &units))
			money_out_of_range(name);
		else
			scale += fraction;
	}
	if (*digits != '-' && pg_sub_s64_overflow(0, units, &units))
		money_out_of_range(name);
	pfree(digits);
	return (Money) {.units = units, .scale = scale};
}

/*
 * The usual numeric by its bytes, in a hundredth of the time: a short header,
 * then digits to the base of 10,000.  pg_upgrade keeps these bytes as they are;
 * knows_numerics() looks whether they are what we think.
 */
static inline bool
read_money(const struct varlena *numeric, Money *money)
{
	const char *data = VARDATA_ANY(numeric);
	int			ndigits = ((int) VARSIZE_ANY_EXHDR(numeric) - (int) sizeof(uint16)) / (int) sizeof(int16);
	uint16		header;
	int			weight;
	int64		units = 0;
	int			scale;

	if (ndigits < 0 || ndigits > 4)
		return false;
	memcpy(&header, data, sizeof(header));
	weight = (header & 0x003F) - ((header & 0x0040) ? 64 : 0);
	scale = 4 * (ndigits - 1 - weight);
	if ((header & 0xC000) != 0x8000 || weight > 3 || scale > 2 * 4)
		return false;
	for (int i = 0; i < ndigits; i++)
	{
		int16		digit;

		memcpy(&digit, data + sizeof(header) + i * sizeof(digit), sizeof(digit));
		units = units * 10000 + digit;
	}
	if (units == 0)
		scale = 0;
	for (; scale < 0; scale += 4)
		units *= 10000;
	*money = shortest((header & 0x2000) ? -units : units, scale);
	return true;
}

static bool
reads_as(const char *text, int64 units, int scale)
{
	Datum		number = DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											 ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
	Money		money;

	return read_money((struct varlena *) DatumGetPointer(number), &money) &&
		money.units == units && money.scale == scale;
}

static bool
knows_numerics(void)
{
	return reads_as("0.00", 0, 0) && reads_as("-12345678.90120", INT64CONST(-123456789012), 4) &&
		reads_as("1000000", 1000000, 0) && reads_as("0.0007", 7, 4) && reads_as("99.99", 9999, 2);
}

Money
money_of(Datum numeric, const char *name)
{
	static int	known = -1;
	struct varlena *number = PG_DETOAST_DATUM_PACKED(numeric);
	Money		money;

	if (unlikely(known < 0))
		known = knows_numerics();
	if (likely(known) && read_money(number, &money))
		return money;
	return parse_money(DatumGetNumeric(numeric), name);
}

int64
money_at(Money money, int scale, const char *name)
{
	int64		units;

	if (pg_mul_s64_overflow(money.units, money_powers[scale - money.scale], &units))
		money_out_of_range(name);
	return units;
}

/* ---- and back ---- */

Datum
money_numeric(int128 units, int scale)
{
	char		digits[48];
	char	   *p = digits + sizeof(digits);
	bool		is_negative = units < 0;

	*--p = '\0';
	for (int i = 0; i <= scale || units != 0; i++)
	{
		int			digit = (int) (units % 10);

		if (i == scale && scale > 0)
			*--p = '.';
		*--p = '0' + (digit < 0 ? -digit : digit);
		units /= 10;
	}
	if (is_negative)
		*--p = '-';
	return DirectFunctionCall3(numeric_in, CStringGetDatum(p), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/* ---- currencies ---- */

void
currency_of(Datum name, char *currency)
{
	text	   *given = DatumGetTextPP(name);
	Size		length = VARSIZE_ANY_EXHDR(given);

	if (length == 0 || length >= CURRENCY_SIZE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid currency \"%s\"", text_to_cstring(given)),
				 errhint("A currency has 1 to %d bytes, such as EUR.", CURRENCY_SIZE - 1)));
	memset(currency, 0, CURRENCY_SIZE);
	memcpy(currency, VARDATA_ANY(given), length);
}

void
meet_currency(char *currency, const char *other)
{
	if (*other == '\0' || memcmp(currency, other, CURRENCY_SIZE) == 0)
		return;
	if (*currency != '\0')
	{
		/* the same message whichever came first */
		bool		ascending = strcmp(currency, other) < 0;

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("currencies \"%s\" and \"%s\" cannot be added", ascending ? currency : other,
						ascending ? other : currency),
				 errhint("Convert amounts into one currency, or group by currency.")));
	}
	memcpy(currency, other, CURRENCY_SIZE);
}
