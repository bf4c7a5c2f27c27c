package secret

import "reflect"

// Walk replaces every text in the value that v points to by what mask makes of it: in fields,
// lists, maps and what pointers lead to. The keys of maps count. Texts that do not change are not
// written, so that a value which others read may be walked again.
func Walk(v any, mask func(string) string) { walk(reflect.ValueOf(v), mask) }

func walk(v reflect.Value, mask func(string) string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), mask)
		}
	case reflect.String:
		if shown := mask(v.String()); v.CanSet() && shown != v.String() {
			v.SetString(shown)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() || f.Kind() == reflect.Pointer {
				walk(f, mask)
			}
		}
	case reflect.Slice, reflect.Array:
		switch v.Type().Elem().Kind() {
		case reflect.String, reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
			for i := range v.Len() {
				walk(v.Index(i), mask)
			}
		}
	case reflect.Map:
		walkMap(v, mask)
	}
}

// walkMap masks a map from texts to texts, or to lists of them.
func walkMap(v reflect.Value, mask func(string) string) {
	for _, key := range v.MapKeys() {
		value := v.MapIndex(key)
		switch value.Kind() {
		case reflect.String:
			if shown := mask(value.String()); shown != value.String() {
				v.SetMapIndex(key, reflect.ValueOf(shown).Convert(value.Type()))
			}
		default:
			walk(value, mask)
		}
		if key.Kind() == reflect.String {
			if shown := mask(key.String()); shown != key.String() {
				value := v.MapIndex(key)
				v.SetMapIndex(key, reflect.Value{})
				v.SetMapIndex(reflect.ValueOf(shown).Convert(key.Type()), value)
			}
		}
	}
}
