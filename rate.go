package wxup

// Rate paces uploads so that quotas are not exceeded, failed tries included. The zero value keeps
// the endpoints' documented quotas if the other end is WeChat itself. An upload that would wait
// longer than the context has, or two minutes without a deadline, fails at once with [TooFrequent].
type Rate struct {
	Off  bool             // no pace at all
	All  Quota            // for each endpoint that Each does not name
	Each map[string]Quota // by the endpoint's name
}

// quota is the one to keep for an endpoint; no Calls means none.
func (r *Rate) quota(ep *Endpoint, atWeChat bool) Quota {
	if r.Off {
		return Quota{}
	}
	if q, ok := r.Each[ep.Name]; ok {
		return q
	}
	switch {
	case r.All != Quota{}:
		return r.All
	case atWeChat:
		return ep.Quota
	}
	return Quota{}
}
