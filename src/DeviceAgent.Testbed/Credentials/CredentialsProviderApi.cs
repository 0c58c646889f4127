using System.Globalization;
using System.Net.Security;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Credentials;

/// <summary>The AWS IoT credentials provider: exchanges a certificate for temporary credentials.</summary>
internal sealed class CredentialsProviderApi(
    RegistryService registry, IamService iam, CertificateAuthority authority, SessionTokens tokens, FaultSwitches faults,
    Activity activity, CredentialsProviderOptions options, TimeProvider time, ILogger<CredentialsProviderApi> logger)
{
    private const string ThingNameHeader = "x-amzn-iot-thingname";

    private readonly DeviceTls _tls = new(authority, registry, faults, [SslApplicationProtocol.Http11], time, logger);
    private readonly CredentialsRules _rules = new(registry, iam, faults, options, time);
    private readonly RequestQuota _quota = new(time);

    /// <summary>Puts mutual TLS on a port.</summary>
    public void ConfigureTls(ListenOptions listen) => _tls.Configure(listen);

    public async Task HandleAsync(HttpContext context)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        var target = RawTarget(context);
        if (CredentialsRequest.AliasOf(target) is not { } alias)
        {
            await RefuseAsync(context, null, CredentialsRefusal.NoSuchPath(target.Split('?')[0]));
        }
        else if (context.Request.Method != HttpMethods.Get)
        {
            context.Response.Headers.Allow = HttpMethods.Get;
            await RefuseAsync(context, null, CredentialsRefusal.NoSuchMethod(context.Request.Method));
        }
        else if (context.Connection.ClientCertificate is { } certificate)
        {
            var thingName = context.Request.Headers.TryGetValue(ThingNameHeader, out var sent) ? sent.ToString() : null;
            await AnswerAsync(context, new CredentialsRequest(CertificateIds.Of(certificate), alias, thingName));
        }
        else
        {
            await RefuseAsync(context, null, CredentialsRefusal.CertificateInvalid);
        }
    }

    private async Task AnswerAsync(HttpContext context, CredentialsRequest request)
    {
        var (session, refusal) = _rules.Decide(request);
        if (session is null || refusal is not null)
        {
            await RefuseAsync(context, request, refusal!);
            return;
        }

        if (!_quota.TryTake(faults.Current.CredentialsQuota))
        {
            await RefuseAsync(context, request, CredentialsRefusal.Throttled);
            return;
        }

        var fault = faults.TakeCredentials();
        if (fault is not null) await Task.Delay(fault.Delay, time, context.RequestAborted);
        if (fault is { Reset: true })
        {
            Log.Reset(logger, request.CertificateId);
            context.Abort();
            return;
        }

        if (fault?.Status is { } status)
        {
            var usual = CredentialsRefusal.ForStatus(status);
            await RefuseAsync(context, request, new CredentialsRefusal(status, fault.ErrorType ?? usual.ErrorType, fault.Message ?? usual.Message, fault.RetryAfterSeconds));
            return;
        }

        var body = fault?.Body ?? CredentialsBody.Good;
        if (body == CredentialsBody.Expired) session = session with { Expiration = time.GetUtcNow().AddMinutes(-1) };
        var issued = tokens.Issue(session);
        activity.CredentialsIssued(request.ThingName, request.RoleAlias, issued);
        Log.Issued(logger, request.CertificateId, request.ThingName, request.RoleAlias, issued.Expiration);
        await WriteAsync(context, StatusCodes.Status200OK, CredentialsJson.Credentials(issued, body));
    }

    private Task RefuseAsync(HttpContext context, CredentialsRequest? request, CredentialsRefusal refusal)
    {
        activity.CredentialsRefused(request?.ThingName, refusal.Message);
        Log.Refused(logger, request?.CertificateId, request?.ThingName, RawTarget(context), refusal.StatusCode, refusal.Message);
        context.Response.Headers["x-amzn-ErrorType"] = refusal.ErrorType;
        if (refusal.RetryAfterSeconds is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, refusal.StatusCode, CredentialsJson.Message(refusal.Message));
    }

    private static string RawTarget(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private async Task WriteAsync(HttpContext context, int status, byte[] body)
    {
        context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

internal sealed record CredentialsProviderOptions
{
    /// <summary>How long credentials live, whatever the role alias says; null goes by the role alias. A few seconds are allowed.</summary>
    public TimeSpan? CredentialLifetime { get; init; }
}
