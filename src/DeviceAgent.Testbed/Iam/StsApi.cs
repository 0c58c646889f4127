using System.Xml.Linq;
using DeviceAgent.Testbed.Iam.Query;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Iam;

/// <summary>The Query API of STS, version 2011-06-15: GetCallerIdentity, which needs no permission.</summary>
/// <param name="reader">For <see cref="SignedService.Sts"/>.</param>
internal sealed class StsApi(SignedRequestReader reader)
{
    private const string GetCallerIdentity = nameof(GetCallerIdentity);
    private readonly QueryProtocol _protocol = new(SignedService.Sts, "2011-06-15");

    public async Task HandleAsync(HttpContext context)
    {
        if (await reader.ReadAsync(context) is not { } signed) return;
        try
        {
            var action = _protocol.ActionOf(QueryRequest.From(context.Request, signed.Body));
            if (action != GetCallerIdentity) throw _protocol.UnknownAction(action);
            await _protocol.WriteAsync(context, action, Identity(signed.Caller), signed.RequestId);
        }
        catch (IamException refusal)
        {
            await _protocol.WriteErrorAsync(context, refusal, signed.RequestId);
        }
    }

    private static XElement[] Identity(Caller caller) =>
        [new("Arn", caller.Arn), new("UserId", caller.UserId), new("Account", CloudAccount.AccountId)];
}
