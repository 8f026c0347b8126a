#ifndef AEGIS_CZLIB_SHIM_H
#define AEGIS_CZLIB_SHIM_H

#include <zlib.h>

#endif
