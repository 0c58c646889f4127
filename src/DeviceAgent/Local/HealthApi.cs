using DeviceAgent.Control;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary><c>GET /healthz</c>, for supervisors: 200 while nothing that is known keeps readings from the table, else 503. <c>{"live":true,"ready":...,"reason":...}</c>.</summary>
internal sealed class HealthApi(Health? health = null)
{
    public Task GetAsync(HttpContext context)
    {
        var verdict = health?.Verdict ?? new HealthVerdict(Uploads: true, null);
        return Answer.JsonAsync(context, verdict.Uploads ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json =>
        {
            json.WriteBoolean("live", true);
            json.WriteBoolean("ready", verdict.Uploads);
            json.WriteString("reason", verdict.Problem);
        });
    }
}
