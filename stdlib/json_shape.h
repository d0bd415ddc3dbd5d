/* json_shape.h -- what a value is, for bodies that write it as JSON: one short text that the binder works out.
 *
 *   b BOOLEAN   i integers   r FLOAT, DOUBLE   s text   x bytes   j JSON text already
 *   n<scale> DECIMAL   d DATE   t<p> TIME   T<p> TIMESTAMP   Z<p> TIMESTAMP_LTZ
 *   A<shape> ARRAY   M<shape of values> MAP with keys of text   R<count>;(<place>;<bytes>;<name><shape>).. ROW
 *
 * <scale> and <p> are one character, counted from '0'; <count>, <bytes> of the name and <place> of the field in the
 * row are decimal digits.  The fields come in the order of their names, in which they are written.
 *
 * Threads    constants. */
#ifndef SQC_STDLIB_JSON_SHAPE_H
#define SQC_STDLIB_JSON_SHAPE_H

enum {
    JSON_SHAPE_BOOLEAN = 'b',
    JSON_SHAPE_INTEGER = 'i',
    JSON_SHAPE_REAL = 'r',
    JSON_SHAPE_TEXT = 's',
    JSON_SHAPE_BYTES = 'x',
    JSON_SHAPE_JSON = 'j',
    JSON_SHAPE_DECIMAL = 'n',
    JSON_SHAPE_DATE = 'd',
    JSON_SHAPE_TIME = 't',
    JSON_SHAPE_TIMESTAMP = 'T',
    JSON_SHAPE_TIMESTAMP_LTZ = 'Z',
    JSON_SHAPE_ARRAY = 'A',
    JSON_SHAPE_MAP = 'M',
    JSON_SHAPE_ROW = 'R',
    JSON_SHAPE_DIGIT = '0',
};

#endif
