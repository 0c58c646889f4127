using System.Collections.Frozen;
using DeviceAgent.Testbed.Iam.Query;
using DeviceAgent.Testbed.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Iam;

/// <summary>The Query API of IAM, version 2010-05-08. The operator may call all of it, a role session what its policies allow.</summary>
internal sealed class IamApi
{
    private readonly QueryProtocol _protocol = new(SignedService.Iam, "2010-05-08");
    private readonly SignedRequestReader _reader;
    private readonly IamService _iam;
    private readonly FrozenDictionary<string, IamAction> _actions;

    /// <param name="reader">For <see cref="SignedService.Iam"/>.</param>
    /// <param name="iam">What the API shows and changes.</param>
    public IamApi(SignedRequestReader reader, IamService iam)
    {
        _reader = reader;
        _iam = iam;
        var roles = new RoleActions(iam.Roles);
        IEnumerable<IamAction> actions =
        [
            .. roles.All,
            .. new InlinePolicyActions(iam.Roles, roles).All,
            .. new PolicyActions(iam.Policies).All,
            .. new PolicyVersionActions(iam.Policies).All,
            .. new UserActions(iam.Users).All,
            .. new SimulationActions(iam).All,
        ];
        _actions = actions.ToFrozenDictionary(action => action.Name);
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (await _reader.ReadAsync(context) is not { } signed) return;
        try
        {
            var request = QueryRequest.From(context.Request, signed.Body);
            var name = _protocol.ActionOf(request);
            if (!_actions.TryGetValue(name, out var action)) throw _protocol.UnknownAction(name);
            Authorize(signed.Caller, $"iam:{name}", action.Resource(request, signed.Caller));
            await _protocol.WriteAsync(context, name, action.Run(request, signed.Caller), signed.RequestId);
        }
        catch (IamException refusal)
        {
            await _protocol.WriteErrorAsync(context, refusal, signed.RequestId);
        }
    }

    private void Authorize(Caller caller, string action, string resource)
    {
        var decision = _iam.Decide(caller, action, resource);
        if (decision != PolicyDecision.Allow) throw IamException.AccessDenied(AccessDenied.Message(caller, action, resource, decision));
    }
}
