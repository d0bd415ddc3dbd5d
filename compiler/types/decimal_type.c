/* decimal_type.c -- digits of decimal results, see decimal_type.h. */
#include "compiler/types/decimal_type.h"

#include <assert.h>

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

DecimalSize decimal_size(const Type *type)
{
    switch (type->kind) {
    case TYPE_TINYINT:
        return (DecimalSize){ 3, 0 };
    case TYPE_SMALLINT:
        return (DecimalSize){ 5, 0 };
    case TYPE_INT:
        return (DecimalSize){ 10, 0 };
    case TYPE_BIGINT:
        return (DecimalSize){ 19, 0 };
    case TYPE_DECIMAL:
        return (DecimalSize){ type->precision, type->scale };
    default:
        return (DecimalSize){ DECIMAL_PRECISION_MAX, DECIMAL64_PRECISION_MAX };
    }
}

DecimalSize decimal_fit(uint32_t precision, uint32_t scale)
{
    assert(scale <= precision);
    if (precision <= DECIMAL_PRECISION_MAX)
        return (DecimalSize){ larger(precision, 1), scale };
    uint32_t whole = precision - scale;
    uint32_t left = whole < DECIMAL_PRECISION_MAX ? DECIMAL_PRECISION_MAX - whole : 0;
    return (DecimalSize){ DECIMAL_PRECISION_MAX, larger(left, smaller(scale, 6)) };
}

DecimalSize decimal_add_size(DecimalSize a, DecimalSize b)
{
    uint32_t scale = larger(a.scale, b.scale);
    return decimal_fit(larger(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
}

DecimalSize decimal_multiply_size(DecimalSize a, DecimalSize b)
{
    return decimal_fit(a.precision + b.precision + 1, a.scale + b.scale);
}

DecimalSize decimal_divide_size(DecimalSize a, DecimalSize b)
{
    uint32_t scale = larger(6, a.scale + b.precision + 1);
    return decimal_fit(a.precision - a.scale + b.scale + scale, scale);
}

DecimalSize decimal_modulo_size(DecimalSize a, DecimalSize b)
{
    uint32_t scale = larger(a.scale, b.scale);
    return decimal_fit(smaller(a.precision - a.scale, b.precision - b.scale) + scale, scale);
}

DecimalSize decimal_round_size(DecimalSize a, int64_t digits)
{
    if (digits >= (int64_t)a.scale)
        return a;
    if (digits < 0)
        return (DecimalSize){ smaller(DECIMAL_PRECISION_MAX, a.precision - a.scale + 1), 0 };
    return (DecimalSize){ smaller(DECIMAL_PRECISION_MAX, a.precision - a.scale + 1 + (uint32_t)digits),
                          (uint32_t)digits };
}
